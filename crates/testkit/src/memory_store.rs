use std::mem;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use ore_domain::{Access, BlockingStore, Caches, StoreError, Timestamp, UserId, Work};
use ore_persistence::{Database, DatabaseOptions};

/// A migrated SQLite database in memory, of which nobody else knows. It can be told to fail, and it writes down how it is
/// used.
#[derive(Debug)]
pub struct MemoryStore {
    database: Database,
    uses: Mutex<Vec<Access>>,
    is_unavailable: AtomicBool,
    refuses_writes: AtomicBool,
    next_failure: Mutex<Option<StoreError>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::of(Self::database())
    }

    /// An empty store that tells these caches what is stale.
    pub fn with_caches(caches: Arc<dyn Caches>) -> Self {
        Self::of(Self::database().with_caches(caches))
    }

    fn database() -> Database {
        Database::new(DatabaseOptions::new("sqlite://".parse().unwrap(), NonZeroU32::MIN))
    }

    fn of(database: Database) -> Self {
        database.migrate().unwrap();
        let (uses, next_failure) = (Mutex::default(), Mutex::default());
        Self {
            database,
            uses,
            is_unavailable: AtomicBool::new(false),
            refuses_writes: AtomicBool::new(false),
            next_failure,
        }
    }

    /// Whether every use fails with [`StoreError::Unavailable`], without running the work.
    pub fn set_unavailable(&self, is_unavailable: bool) {
        self.is_unavailable.store(is_unavailable, Ordering::Relaxed);
    }

    /// From now on every use that changes something fails.
    pub fn refuse_writes(&self) {
        self.refuses_writes.store(true, Ordering::Relaxed);
    }

    /// Makes the next use fail with `error`, without running the work.
    pub fn fail_next(&self, error: StoreError) {
        *self.next_failure.lock().unwrap() = Some(error);
    }

    /// From now on no user of this address is stored, whatever the rules of uniqueness say.
    pub fn refuse_user(&self, email: &str) {
        self.execute("CREATE TABLE refusals (reason TEXT NOT NULL)");
        self.execute(&format!(
            "CREATE TRIGGER refusal BEFORE INSERT ON users WHEN NEW.email = '{email}'
             BEGIN INSERT INTO refusals VALUES (NULL); END"
        ));
    }

    /// From now on this user is stored in a form that cannot be read.
    pub fn make_unreadable(&self, user: UserId) {
        self.execute(&format!("UPDATE users SET created_at = 'infinity' WHERE id = {user}"));
    }

    /// From now on the credentials of this user changed at this time, if they ever did.
    pub fn move_credential_change(&self, user: UserId, changed_at: Timestamp) {
        let changed_at = changed_at.format("%Y-%m-%d %H:%M:%S%.6f");
        self.execute(&format!(
            "UPDATE users SET credentials_changed_at = '{changed_at}' \
             WHERE id = {user} AND credentials_changed_at IS NOT NULL"
        ));
    }

    fn execute(&self, statement: &str) {
        self.database.execute(statement).unwrap();
    }

    /// How the store was used since the last time this was asked, in order.
    pub fn take_uses(&self) -> Vec<Access> {
        mem::take(&mut self.uses.lock().unwrap())
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl BlockingStore for MemoryStore {
    fn run(&self, access: Access, work: Work) -> Result<(), StoreError> {
        if let Some(error) = self.next_failure.lock().unwrap().take() {
            return Err(error);
        }
        if self.is_unavailable.load(Ordering::Relaxed) {
            return Err(StoreError::unavailable("the store was told to be unavailable"));
        }
        if !matches!(access, Access::Read | Access::Poll) && self.refuses_writes.load(Ordering::Relaxed) {
            return Err(StoreError::unavailable("the store was told to refuse writes"));
        }
        self.uses.lock().unwrap().push(access);
        self.database.run(access, work)
    }
}

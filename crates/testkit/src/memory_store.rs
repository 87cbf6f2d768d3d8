use std::mem;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use ore_domain::{Access, BlockingStore, Caches, StoreError, Timestamp, UserId, Work};
use ore_persistence::{Database, DatabaseOptions};

/// A private, migrated SQLite database in memory. It can be made to fail, and it records how it is used.
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

    /// An empty store that invalidates these caches.
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

    /// Makes every use fail with [`StoreError::Unavailable`], without running the work, or ends that.
    pub fn set_unavailable(&self, is_unavailable: bool) {
        self.is_unavailable.store(is_unavailable, Ordering::Relaxed);
    }

    /// Makes every use that changes something fail from now on.
    pub fn refuse_writes(&self) {
        self.refuses_writes.store(true, Ordering::Relaxed);
    }

    /// Makes the next use fail with `error`, without running the work.
    pub fn fail_next(&self, error: StoreError) {
        *self.next_failure.lock().unwrap() = Some(error);
    }

    /// Refuses users with this address from now on, whatever the unique index says.
    pub fn refuse_user(&self, email: &str) {
        self.execute("CREATE TABLE refusals (reason TEXT NOT NULL)");
        self.execute(&format!(
            "CREATE TRIGGER refusal BEFORE INSERT ON users WHEN NEW.email = '{email}'
             BEGIN INSERT INTO refusals VALUES (NULL); END"
        ));
    }

    /// Stores this user in an unreadable form from now on.
    pub fn make_unreadable(&self, user: UserId) {
        self.execute(&format!("UPDATE users SET created_at = 'infinity' WHERE id = {user}"));
    }

    /// Sets the time of the last change of this user's credentials, if there was one.
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

    /// The uses of the store since the last call of this method, in order.
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

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

use ore_domain::{Readiness, RoleName};
use ore_persistence::{Database, MigrationError, SchemaState};
use ore_security::key_ring::KeyRing;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::key_check::{KeyCheckError, check_key};
use crate::key_follower::{FollowError, KeyFollower};
use crate::role_check::{RoleCheckError, check_roles};

/// How often the database is asked: an outage is known well within five seconds, and so is its end.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long to wait after the database failed in the middle of a migration.
const PAUSE: Duration = Duration::from_secs(3);
/// How long to wait after it was refused: somebody has to do something about it first.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_secs(30);
/// How long a start waits for the first answer before the process listens all the same.
const FIRST_ANSWER: Duration = Duration::from_secs(2);

/// Watches the database from a thread of its own, brings its schema up to date, and tells [`Readiness`].
///
/// Dropping it stops the watch without waiting for it: a question to the database, or a migration, may take long, and
/// undoes itself when the process ends.
pub struct StoreMonitor {
    _stop: Sender<()>,
}

impl StoreMonitor {
    /// Starts to watch, and waits a little for the first answer so that a healthy process is ready when it listens.
    ///
    /// # Errors
    /// As [`MonitorError`] says.
    pub async fn start(
        database: Arc<Database>,
        readiness: Arc<Readiness>,
        auto_migrate: bool,
        unchecked: Unchecked,
        key_follower: Option<KeyFollower>,
    ) -> Result<Self, MonitorError> {
        let (stop, stopped) = channel();
        let (answer, first_answer) = oneshot::channel();
        let watch = Watch {
            database,
            readiness,
            auto_migrate,
            unchecked,
            key_follower,
            is_up_to_date: false,
            refused: None,
            has_advised: false,
        };
        Builder::new().name("store-monitor".to_owned()).spawn(move || watch.run(&stopped, answer))?;
        // Away or slow: the process listens, says that it is not ready, and recovers by itself.
        match timeout(FIRST_ANSWER, first_answer).await {
            Ok(Ok(Err(Fault::WrongKey(error)))) => Err(error.into()),
            Ok(Ok(Err(Fault::UnknownRole(error)))) => Err(error.into()),
            _ => Ok(Self { _stop: stop }),
        }
    }
}

/// Why the database is not watched.
#[derive(Debug, thiserror::Error)]
pub enum MonitorError {
    /// The operating system gave no thread.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] io::Error),
    /// The key of what is stored sealed is another.
    #[error(transparent)]
    Key(#[from] KeyCheckError),
    /// The settings name a role that is not there.
    #[error(transparent)]
    Role(#[from] RoleCheckError),
}

/// Checks of the settings that need the database, until they are done.
pub struct Unchecked {
    /// The keys of what is stored sealed.
    pub keys: Option<KeyRing>,
    /// The roles that the settings name.
    pub roles: Vec<RoleName>,
}

/// Why the database is not ready.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{0}")]
    Database(String),
    #[error(transparent)]
    WrongKey(KeyCheckError),
    #[error(transparent)]
    UnknownRole(RoleCheckError),
}

impl From<FollowError> for Fault {
    fn from(error: FollowError) -> Self {
        Self::Database(error.to_string())
    }
}

impl From<String> for Fault {
    fn from(fault: String) -> Self {
        Self::Database(fault)
    }
}

impl From<KeyCheckError> for Fault {
    fn from(error: KeyCheckError) -> Self {
        match error {
            KeyCheckError::WrongKey => Self::WrongKey(error),
            KeyCheckError::Store(fault) => Self::Database(fault),
        }
    }
}

impl From<RoleCheckError> for Fault {
    fn from(error: RoleCheckError) -> Self {
        match error {
            RoleCheckError::UnknownRole(_) => Self::UnknownRole(error),
            RoleCheckError::Store(fault) => Self::Database(fault),
        }
    }
}

struct Watch {
    database: Arc<Database>,
    readiness: Arc<Readiness>,
    auto_migrate: bool,
    unchecked: Unchecked,
    key_follower: Option<KeyFollower>,
    /// Whether this process has migrated, which also repairs what a service beside us wrote.
    is_up_to_date: bool,
    /// Why the last try to migrate failed, and when to try again.
    refused: Option<(String, Instant)>,
    has_advised: bool,
}

impl Watch {
    fn run(mut self, stopped: &Receiver<()>, answer: oneshot::Sender<Result<(), Fault>>) {
        let (mut last_fault, mut answer) = (None, Some(answer));
        loop {
            let looked = self.look();
            let fault = looked.as_ref().err().map(Fault::to_string);
            if self.readiness.set_store_ready(fault.is_none()) && fault.is_none() {
                tracing::info!("The database is ready");
            }
            if fault.is_some() && fault != last_fault {
                tracing::warn!(exception = fault.as_deref(), "The database is not ready");
            }
            last_fault = fault;
            if let Some(answer) = answer.take() {
                let _ = answer.send(looked);
            }
            if last_fault.is_none() {
                self.repair_once();
                self.advise_once();
            }
            if stopped.recv_timeout(INTERVAL) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    }

    fn look(&mut self) -> Result<(), Fault> {
        self.look_at_schema()?;
        if let Some(keys) = &self.unchecked.keys {
            check_key(&self.database, keys)?;
            self.unchecked.keys = None;
        }
        if !self.unchecked.roles.is_empty() {
            check_roles(&self.database, &self.unchecked.roles)?;
            self.unchecked.roles.clear();
        }
        self.key_follower.as_mut().map_or(Ok(()), |follower| follower.follow(&self.database))?;
        Ok(())
    }

    fn look_at_schema(&mut self) -> Result<(), String> {
        // One slow answer of a busy machine must not take this replica out of the load balancer.
        let state = self.database.probe().or_else(|_| self.database.probe()).map_err(|error| error.to_string())?;
        match state {
            SchemaState::Current => Ok(()),
            SchemaState::MigrationsPending if self.auto_migrate => self.migrate_again(),
            SchemaState::MigrationsPending => {
                Err("migrations are pending; run `workflow-server migrate up` or set BACKEND_AUTO_MIGRATE=true".into())
            }
        }
    }

    /// Not every second: each try keeps those who use the database waiting.
    fn migrate_again(&mut self) -> Result<(), String> {
        if let Some((fault, retry_at)) = &self.refused
            && Instant::now() < *retry_at
        {
            return Err(fault.clone());
        }
        self.migrate().map_err(|error| {
            let pause = if matches!(error, MigrationError::Store(_)) { PAUSE } else { PAUSE_AFTER_REFUSAL };
            self.refused = Some((error.to_string(), Instant::now() + pause));
            error.to_string()
        })
    }

    /// Once the database is ready, migrates it though nothing is pending: that repairs what a service beside us wrote.
    fn repair_once(&mut self) {
        if !self.auto_migrate || self.is_up_to_date {
            return;
        }
        if let Err(error) = self.migrate() {
            tracing::warn!(exception = %error, "The addresses that another service wrote could not be repaired");
        }
        self.is_up_to_date = true;
    }

    /// Tells the operator what is not right, from a thread of its own: these questions take long, and the watch must not
    /// wait for a database that stops to answer.
    fn advise_once(&mut self) {
        if std::mem::replace(&mut self.has_advised, true) {
            return;
        }
        let database = Arc::clone(&self.database);
        let advise = move || {
            tell_of_pooler(&database);
            tell_collisions(&database);
        };
        if let Err(error) = Builder::new().name("store-advice".to_owned()).spawn(advise) {
            tracing::warn!(exception = %error, "The database cannot be looked at for advice");
        }
    }

    fn migrate(&mut self) -> Result<(), MigrationError> {
        for name in self.database.migrate()? {
            tracing::info!(migration = name, "Migrated the database");
        }
        self.is_up_to_date = true;
        Ok(())
    }
}

/// A pooler that the settings do not name hands our timeouts to others, which nobody would see.
fn tell_of_pooler(database: &Database) {
    match database.unnamed_pooler() {
        Ok(Some(pooler)) => tracing::warn!(
            exception = pooler,
            "A connection pooler shares connections, and the settings do not name it"
        ),
        Ok(None) => {}
        Err(error) => tracing::debug!(exception = %error, "Nobody knows whether a pooler shares connections"),
    }
}

/// Only an operator can say which of two users an address is.
fn tell_collisions(database: &Database) {
    match database.blocked_addresses() {
        Ok(blocked) if blocked.is_empty() => {}
        Ok(blocked) => {
            let users: Vec<_> = blocked.shown.iter().map(|stored| stored.user.to_string()).collect();
            tracing::warn!(
                users = users.join(", "),
                total = blocked.total,
                "Another service stored users whose address is another user's here; they cannot log in"
            );
        }
        Err(error) => tracing::warn!(
            exception = %error,
            "The addresses that another service stored could not be checked; `workflow-server migrate status` does so"
        ),
    }
}

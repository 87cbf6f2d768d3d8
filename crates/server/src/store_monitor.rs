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

/// The interval of probes. An outage, and its end, are known well within five seconds.
const INTERVAL: Duration = Duration::from_secs(1);
/// The wait after the database failed during a migration.
const PAUSE: Duration = Duration::from_secs(3);
/// The wait after a migration was refused: somebody has to act first.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_secs(30);
/// The time that a start waits for the first answer before the process listens anyway.
const FIRST_ANSWER: Duration = Duration::from_secs(2);

/// Watches the database from a separate thread, migrates it, and sets [`Readiness`].
///
/// Dropping it stops the watch without waiting for it: a question to the database, or a migration, may take long, and
/// undoes itself when the process ends.
pub(crate) struct StoreMonitor {
    _stop: Sender<()>,
}

impl StoreMonitor {
    /// Starts the watch, and waits a little for the first answer, so that a healthy process is ready when it listens.
    ///
    /// # Errors
    /// As [`MonitorError`] says.
    pub(crate) async fn start(
        database: Arc<Database>,
        readiness: Arc<Readiness>,
        auto_migrate: bool,
        unchecked: Unchecked,
        key_follower: Option<KeyFollower>,
    ) -> Result<Self, MonitorError> {
        let (stop, stopped) = channel();
        let (answer, first_answer) = oneshot::channel();
        let monitor = MonitorThread {
            database,
            readiness,
            auto_migrate,
            unchecked,
            key_follower,
            is_up_to_date: false,
            refused: None,
            has_advised: false,
        };
        Builder::new().name("store-monitor".to_owned()).spawn(move || monitor.run(&stopped, answer))?;
        // The database is away or slow: the process listens, reports that it is not ready, and recovers by itself.
        match timeout(FIRST_ANSWER, first_answer).await {
            Ok(Ok(Err(Fault::WrongKey(error)))) => Err(error.into()),
            Ok(Ok(Err(Fault::UnknownRole(error)))) => Err(error.into()),
            _ => Ok(Self { _stop: stop }),
        }
    }
}

/// The reason why the database is not watched.
#[derive(Debug, thiserror::Error)]
pub enum MonitorError {
    /// The operating system gave no thread.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] io::Error),
    /// The key encryption key is not the one of this database.
    #[error(transparent)]
    Key(#[from] KeyCheckError),
    /// The settings name a role that does not exist.
    #[error(transparent)]
    Role(#[from] RoleCheckError),
}

/// What only the database can tell of the settings, until it has.
pub(crate) struct Unchecked {
    /// The keys of what is stored sealed.
    pub(crate) keys: Option<KeyRing>,
    /// The roles that the settings name.
    pub(crate) roles: Vec<RoleName>,
}

/// The reason why the database is not ready.
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

struct MonitorThread {
    database: Arc<Database>,
    readiness: Arc<Readiness>,
    auto_migrate: bool,
    unchecked: Unchecked,
    key_follower: Option<KeyFollower>,
    /// Whether this process has migrated, which also corrects rows of the Python service beside us.
    is_up_to_date: bool,
    /// The reason why the last migration failed, and the time of the next attempt.
    refused: Option<(String, Instant)>,
    has_advised: bool,
}

impl MonitorThread {
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
        // One slow answer on a busy machine must not take this replica out of the load balancer.
        let state = self.database.probe().or_else(|_| self.database.probe()).map_err(|error| error.to_string())?;
        match state {
            SchemaState::Current => Ok(()),
            SchemaState::MigrationsPending if self.auto_migrate => self.migrate_again(),
            SchemaState::MigrationsPending => {
                Err("migrations are pending; run `workflow-server migrate up` or set BACKEND_AUTO_MIGRATE=true".into())
            }
        }
    }

    /// Not every second, because each attempt makes the users of the database wait.
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

    /// Once the database is ready, migrates it even if nothing is pending: that corrects rows of the Python service
    /// beside us.
    fn repair_once(&mut self) {
        if !self.auto_migrate || self.is_up_to_date {
            return;
        }
        if let Err(error) = self.migrate() {
            tracing::warn!(exception = %error, "The addresses that another service wrote could not be repaired");
        }
        self.is_up_to_date = true;
    }

    /// Logs warnings for the operator, from a separate thread: these queries take long, and the watch must not wait for
    /// a database that stops answering.
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

/// A pooler that the settings do not name passes our timeouts on to other clients, and nobody would notice.
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

/// Only an operator can say which of two users owns an address.
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

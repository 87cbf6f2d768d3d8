use std::fmt;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use ore_domain::{Access, BlockingStore, Caches, Completion, StoreError, Work};
use r2d2::PooledConnection;

use crate::DatabaseUrl;
use crate::connect::Timeouts;
use crate::connection::DatabaseConnection;
use crate::execution::Execution;
use crate::group_commit::GroupCommit;
use crate::manager::ConnectionManager;
use crate::options::{DatabaseOptions, Pooler};
use crate::outcomes::Outcomes;
use crate::pool::ConnectionPool;
use crate::probe_slot::Probe;

/// A database with a pool of connections. Exists whether or not the database can be reached.
pub struct Database {
    options: DatabaseOptions,
    pub(crate) manager: ConnectionManager,
    /// For the separate role that may migrate, if there is one.
    migrator: Option<ConnectionManager>,
    pool: ConnectionPool,
    /// The lock for which writers of SQLite wait. So they leave connections to readers, take turns, and share commits.
    /// SQLite itself only polls whether its lock is free, and then some writers wait for seconds in vain.
    writers: GroupCommit,
    /// The recent outcomes of work, for the probe.
    pub(crate) outcomes: Arc<Outcomes>,
    pub(crate) probe: Probe,
    caches: Option<Arc<dyn Caches>>,
}

impl Database {
    /// Begins to connect in the background and returns at once. [`Database::probe`] shows the result.
    pub fn new(options: DatabaseOptions) -> Self {
        let manager = ConnectionManager::new(&options);
        let of_migrator =
            |url: &DatabaseUrl| ConnectionManager::new(&DatabaseOptions { url: url.clone(), ..options.clone() });
        let migrator = options.migration_url.as_ref().map(of_migrator);
        let pool = ConnectionPool::new(&options, manager.clone());
        Self {
            options,
            manager,
            migrator,
            pool,
            writers: GroupCommit::default(),
            outcomes: Arc::default(),
            probe: Probe::default(),
            caches: None,
        }
    }

    /// The same, with caches that are invalidated after each transaction and before its caller gets the result.
    #[must_use]
    pub fn with_caches(self, caches: Arc<dyn Caches>) -> Self {
        Self { caches: Some(caches), ..self }
    }

    /// The maximum number of connections for [`BlockingStore::run`] at a time. More work than this only waits.
    pub fn pool_size(&self) -> NonZeroU32 {
        self.options.effective_pool_size()
    }

    pub(crate) fn has_one_connection(&self) -> bool {
        self.options.has_one_connection()
    }

    pub(crate) fn pooler(&self) -> Pooler {
        self.options.pooler
    }

    pub(crate) fn is_memory(&self) -> bool {
        self.options.url.is_memory()
    }

    /// Whether the file of a SQLite database does not exist and could be created.
    pub(crate) fn is_yet_to_be_made(&self) -> bool {
        let is_dir = |path: &Path| path.as_os_str().is_empty() || path.is_dir();
        self.options.url.missing_file().is_some_and(|file| file.parent().is_some_and(is_dir))
    }

    /// The timeouts of migrations.
    pub(crate) fn migration_timeouts(&self) -> Timeouts {
        Timeouts { lock: self.options.migration_lock_timeout, statement: None }
    }

    /// The connection manager of the role that migrates, if that is another role.
    pub(crate) fn migrator(&self) -> Option<ConnectionManager> {
        self.migrator.as_ref().map(|migrator| migrator.with_timeouts(self.migration_timeouts()))
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.options.url.is_postgres()
    }

    pub(crate) fn acquire_deadline(&self) -> Instant {
        Instant::now() + self.options.acquire_timeout
    }

    pub(crate) fn acquire(&self, deadline: Instant) -> Result<PooledConnection<ConnectionManager>, StoreError> {
        self.pool.acquire(deadline)
    }

    /// Runs work with a result, and rolls it back if it fails. Its outcome says nothing about the tables of users.
    pub(crate) fn ask<T>(
        &self,
        access: Access,
        body: impl FnMut(&mut DatabaseConnection) -> Result<(T, Completion), StoreError>,
    ) -> Result<T, StoreError> {
        self.execution(access, None).ask(body)
    }

    /// One use, which begins now.
    pub(crate) fn execution<'a>(&'a self, access: Access, outcomes: Option<&'a Outcomes>) -> Execution<'a> {
        let deadline = Instant::now() + self.options.use_timeout;
        let (acquire_deadline, caches) = (self.acquire_deadline(), self.caches.as_deref());
        Execution { pool: &self.pool, outcomes, caches, access, acquire_deadline, deadline }
    }

    #[cfg(test)]
    pub(crate) fn waiting_writers(&self) -> usize {
        self.writers.waiting()
    }

    pub(crate) fn pool(&self) -> &ConnectionPool {
        &self.pool
    }
}

impl BlockingStore for Database {
    /// On PostgreSQL it may take for ever: libpq waits without limit for a server that has stopped answering.
    fn run(&self, access: Access, mut work: Work) -> Result<(), StoreError> {
        let outcomes = (access != Access::Poll).then_some(&*self.outcomes);
        let execution = self.execution(access, outcomes);
        if matches!(access, Access::Read | Access::Poll) || self.is_postgres() {
            return execution.run(|connection| work(connection));
        }
        self.writers.run(work, execution.acquire_deadline, |body| execution.run(body))
    }
}

#[cfg(feature = "testing")]
impl Database {
    /// Runs statements on the database, as an administrator does.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn execute(&self, statements: &str) -> Result<(), StoreError> {
        use diesel::connection::SimpleConnection;

        let mut connection = self.acquire(self.acquire_deadline())?;
        connection.query(|connection| connection.batch_execute(statements))
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Database").field("options", &self.options).finish_non_exhaustive()
    }
}

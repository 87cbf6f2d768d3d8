use std::fmt;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use ore_domain::{Access, BlockingStore, Completion, StoreError, Work};
use r2d2::{NopErrorHandler, Pool, PooledConnection};

use crate::connect::Timeouts;
use crate::manager::ConnectionManager;
use crate::options::DatabaseOptions;
use crate::probe::Probe;
use crate::transaction::WriteTransaction;
use crate::turnstile::Turnstile;

/// A database with a pool of connections. Exists whether or not the database can be reached.
pub struct Database {
    options: DatabaseOptions,
    pub(crate) manager: ConnectionManager,
    pool: Pool<ConnectionManager>,
    /// Writers wait here and not with a connection in their hands, so that they leave readers their connections.
    writers: Turnstile,
    pub(crate) probe: Probe,
}

impl Database {
    /// Begins to connect in the background and returns at once; [`Database::probe`] tells how it went.
    pub fn new(options: DatabaseOptions) -> Self {
        let timeouts = Timeouts { lock: options.lock_timeout, statement: Some(options.statement_timeout) };
        let manager = ConnectionManager::new(&options.url, timeouts);
        let pool = build_pool(&options, manager.clone());
        Self { options, manager, pool, writers: Turnstile::default(), probe: Probe::default() }
    }

    /// The most connections that are open for [`BlockingStore::run`] at a time: more work than this only waits.
    pub fn pool_size(&self) -> NonZeroU32 {
        pool_size(&self.options)
    }

    pub(crate) fn is_memory(&self) -> bool {
        self.options.url.is_memory()
    }

    pub(crate) fn acquire_deadline(&self) -> Instant {
        Instant::now() + self.options.acquire_timeout
    }

    pub(crate) fn acquire(&self, deadline: Instant) -> Result<PooledConnection<ConnectionManager>, StoreError> {
        let patience = deadline.saturating_duration_since(Instant::now());
        self.pool.get_timeout(patience).map_err(StoreError::unavailable)
    }

    fn read(&self, work: Work) -> Result<(), StoreError> {
        let mut connection = self.acquire(self.acquire_deadline())?;
        work(&mut *connection);
        Ok(())
    }

    fn write(&self, work: Work) -> Result<(), StoreError> {
        let deadline = self.acquire_deadline();
        let _turn = self.writers.enter(deadline).ok_or_else(|| StoreError::unavailable("too many writers wait"))?;
        let mut connection = self.acquire(deadline)?;
        let mut transaction = WriteTransaction::begin(&mut connection)?;
        match work(transaction.connection()) {
            Completion::Commit => transaction.commit(),
            Completion::RollBack => Ok(()),
        }
    }
}

impl BlockingStore for Database {
    fn run(&self, access: Access, work: Work) -> Result<(), StoreError> {
        match access {
            Access::Read => self.read(work),
            Access::Write => self.write(work),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Database").field("options", &self.options).finish_non_exhaustive()
    }
}

fn pool_size(options: &DatabaseOptions) -> NonZeroU32 {
    if options.url.is_memory() { NonZeroU32::MIN } else { options.pool_size }
}

/// `test_on_check_out` costs a query only after a connection was lost; see `Losses`. Failures to connect are reported
/// to whoever waits for a connection, so the pool logs nothing itself.
fn build_pool(options: &DatabaseOptions, manager: ConnectionManager) -> Pool<ConnectionManager> {
    // A file and memory gain nothing from a new connection, and memory would lose its data with the old one.
    let lifetime = options.url.is_postgres().then_some(Duration::from_mins(30));
    let idle_timeout = options.url.is_postgres().then_some(Duration::from_mins(10));
    Pool::builder()
        .max_size(pool_size(options).get())
        .connection_timeout(options.acquire_timeout)
        .max_lifetime(lifetime)
        .idle_timeout(idle_timeout)
        .test_on_check_out(true)
        .error_handler(Box::new(NopErrorHandler))
        .build_unchecked(manager)
}

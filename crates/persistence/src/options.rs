use std::num::NonZeroU32;
use std::time::Duration;

use strum::{EnumString, VariantNames};

use crate::DatabaseUrl;

/// Which database, and how it is used.
#[derive(Debug, Clone)]
pub struct DatabaseOptions {
    /// The location of the data.
    pub url: DatabaseUrl,
    /// The same database for a role that may change its schema, for migrations alone; `None` where the one above may.
    pub migration_url: Option<DatabaseUrl>,
    /// The most connections at a time, for whatever purpose. A database in memory has one.
    pub pool_size: NonZeroU32,
    /// The pooler between this program and PostgreSQL.
    pub pooler: Pooler,
    /// Whether nothing will be changed: a SQLite file is then neither made nor changed, and waits for no writer. Of
    /// PostgreSQL a standby will do.
    pub only_reads: bool,
    /// How long a use of the store waits for its turn and a connection. Short, so that a client hears soon that the
    /// database is away.
    pub acquire_timeout: Duration,
    /// How long a statement waits for a lock that another connection holds, such as another process that writes.
    pub lock_timeout: Duration,
    /// How long one statement may take on PostgreSQL. SQLite has no such limit.
    pub statement_timeout: Duration,
    /// How long a use of the store takes altogether: a write that is ready later is rolled back, since its caller has
    /// been told by then. A read may take longer.
    pub use_timeout: Duration,
    /// How long a connection to PostgreSQL is trusted: the next user after that asks whether the server still takes
    /// writes. One that was demoted may keep its connections.
    pub trust_time: Duration,
    /// How long a migration waits for a lock, such as that of another process that migrates.
    pub migration_lock_timeout: Duration,
}

impl DatabaseOptions {
    /// With timeouts for a server whose clients wait, and hear within two seconds that the database is away: a second
    /// for a connection, 1.1 for a lock, one and a quarter for a statement, and 1.4 seconds for all of it. PostgreSQL looks
    /// for deadlocks after a second, so that one is told from a lock that is only slow. Migrations wait five minutes,
    /// since one on a full database can take a while.
    pub fn new(url: DatabaseUrl, pool_size: NonZeroU32) -> Self {
        Self {
            url,
            migration_url: None,
            pool_size,
            pooler: Pooler::None,
            only_reads: false,
            acquire_timeout: Duration::from_secs(1),
            lock_timeout: Duration::from_millis(1100),
            statement_timeout: Duration::from_millis(1250),
            use_timeout: Duration::from_millis(1400),
            trust_time: Duration::from_secs(15),
            migration_lock_timeout: Duration::from_mins(5),
        }
    }

    /// Of the connections to PostgreSQL, which may allow no more, one is left for probes and migrations.
    pub(crate) fn effective_pool_size(&self) -> NonZeroU32 {
        match self.pool_size.get() {
            _ if self.url.is_memory() => NonZeroU32::MIN,
            size if self.url.is_postgres() => NonZeroU32::new(size - 1).unwrap_or(NonZeroU32::MIN),
            _ => self.pool_size,
        }
    }

    /// Whether probes and migrations have only the connection that all else uses.
    pub(crate) fn has_one_connection(&self) -> bool {
        self.url.is_memory() || (self.url.is_postgres() && self.pool_size == NonZeroU32::MIN)
    }
}

/// A program that shares connections to PostgreSQL among its clients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, EnumString, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Pooler {
    /// Nothing, or a pooler that leaves a connection to one client until that client goes.
    #[default]
    None,
    /// A pooler that lends a connection for one transaction, as `PgBouncer` does with `pool_mode = transaction`: what a
    /// client sets or prepares outside of a transaction would be another's.
    Transaction,
}

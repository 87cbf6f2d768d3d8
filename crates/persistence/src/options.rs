use std::num::NonZeroU32;
use std::time::Duration;

use crate::DatabaseUrl;

/// Which database, and how it is used.
#[derive(Debug, Clone)]
pub struct DatabaseOptions {
    /// Where the data lives.
    pub url: DatabaseUrl,
    /// The most connections at a time. A database in memory has one.
    pub pool_size: NonZeroU32,
    /// How long a use of the store waits for its turn and a connection. Short, so that a client hears soon that the
    /// database is away.
    pub acquire_timeout: Duration,
    /// How long a statement waits for a lock that another connection holds, such as another process that writes.
    pub lock_timeout: Duration,
    /// How long one statement may take on PostgreSQL. SQLite has no such limit.
    pub statement_timeout: Duration,
    /// How long a use of the store takes altogether. On PostgreSQL its caller is then told so, also when the server has
    /// stopped to answer; a write that was in the middle of its commit may still come true. On SQLite, which is not
    /// across a network, a write that is ready later is rolled back, and a read may take longer.
    pub use_timeout: Duration,
}

impl DatabaseOptions {
    /// With timeouts for a server whose clients wait, and hear within two seconds that the database is away: a second
    /// for a connection, one for a lock, one and a quarter for a statement, and 1.4 seconds for all of it.
    pub fn new(url: DatabaseUrl, pool_size: NonZeroU32) -> Self {
        Self {
            url,
            pool_size,
            acquire_timeout: Duration::from_secs(1),
            lock_timeout: Duration::from_secs(1),
            statement_timeout: Duration::from_millis(1250),
            use_timeout: Duration::from_millis(1400),
        }
    }

    pub(crate) fn effective_pool_size(&self) -> NonZeroU32 {
        if self.url.is_memory() { NonZeroU32::MIN } else { self.pool_size }
    }
}

use std::thread;
use std::time::{Duration, Instant};

use ore_domain::StoreError;
use r2d2::{NopErrorHandler, Pool, PooledConnection};

use crate::connection::DatabaseConnection;
use crate::manager::ConnectionManager;
use crate::options::DatabaseOptions;

/// The number of attempts within which a session has ended.
const RECONNECT_TRIES: u32 = 3;
/// The time between attempts. A server takes less to end the session of a closed connection.
const RECONNECT_PAUSE: Duration = Duration::from_millis(50);

/// The shared connections for uses of the store.
#[derive(Clone)]
pub(crate) struct ConnectionPool {
    pool: Pool<ConnectionManager>,
    manager: ConnectionManager,
}

impl ConnectionPool {
    /// Begins to connect in the background.
    ///
    /// `test_on_check_out` costs a query only after a connection was lost; see `ConnectionErrors`. Failures to connect are
    /// reported to anyone who waits for a connection, so the pool logs nothing itself.
    pub(crate) fn new(options: &DatabaseOptions, manager: ConnectionManager) -> Self {
        // A file and memory gain nothing from a new connection, and memory would lose its data with the old one.
        let lifetime = options.url.is_postgres().then_some(Duration::from_mins(30));
        let idle_timeout = options.url.is_postgres().then_some(Duration::from_mins(10));
        let pool = Pool::builder()
            .max_size(options.effective_pool_size().get())
            .connection_timeout(options.acquire_timeout)
            .max_lifetime(lifetime)
            .idle_timeout(idle_timeout)
            .test_on_check_out(true)
            .error_handler(Box::new(NopErrorHandler))
            .build_unchecked(manager.clone());
        Self { pool, manager }
    }

    /// Whether a broken connection can be replaced.
    pub(crate) fn can_reconnect(&self) -> bool {
        self.manager.can_reconnect()
    }

    /// Replaces a broken connection with a new one. Tries again before the deadline unless there is an outage: the
    /// server may still count the session that has just ended, and a role may have only that one (`CONNECTION LIMIT`).
    /// All attempts together count as one for the breaker.
    pub(crate) fn reconnect(&self, connection: &mut DatabaseConnection, deadline: Instant) -> Result<(), StoreError> {
        let breaker = self.manager.breaker();
        let mut tries = if breaker.is_open() { 1 } else { RECONNECT_TRIES };
        let result = loop {
            let result = self.manager.reconnect(connection);
            tries -= 1;
            if result.is_ok() || tries == 0 || Instant::now() + RECONNECT_PAUSE >= deadline {
                break result;
            }
            thread::sleep(RECONNECT_PAUSE);
        };
        breaker.record(&result, Instant::now());
        result.map_err(|error| StoreError::unavailable(no_connection(Some(error.to_string()))))
    }

    /// A connection. It is awaited until the deadline at most, and not at all while the database is known to be away.
    pub(crate) fn acquire(&self, deadline: Instant) -> Result<PooledConnection<ConnectionManager>, StoreError> {
        self.manager.check_file()?;
        let breaker = self.manager.breaker();
        // If some connections are in use, waiting makes sense.
        if breaker.is_open() && self.pool.state().connections == 0 {
            return Err(StoreError::unavailable(no_connection(breaker.latest_failure())));
        }
        let timeout = deadline.saturating_duration_since(Instant::now());
        // r2d2 reports the cause to only one waiter.
        self.pool.get_timeout(timeout).map_err(|_| StoreError::unavailable(no_connection(breaker.latest_failure())))
    }
}

fn no_connection(failure: Option<String>) -> String {
    match failure {
        Some(failure) => format!("cannot connect: {failure}"),
        None => "no connection became free in time".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::testing::TemporaryDatabase;

    #[test]
    fn the_tries_to_replace_one_connection_are_no_outage() {
        let database = TemporaryDatabase::create();
        let options = DatabaseOptions::new(database.url().parse().unwrap(), NonZeroU32::MIN);
        let pool = ConnectionPool::new(&options, ConnectionManager::new(&options));
        let deadline = Instant::now() + Duration::from_mins(1);
        let mut connection = pool.acquire(deadline).unwrap();
        database.close_to_clients();
        pool.reconnect(&mut connection, deadline).unwrap_err();
        assert!(!pool.manager.breaker().is_open());
        assert!(pool.manager.breaker().latest_failure().is_some());
    }
}

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use ore_domain::BoxFuture;
use redis::RedisResult;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use crate::Fault;
use crate::location::Location;

/// How often Redis is tried while it is away.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);

/// How long it may take to connect, which no work waits for.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The user of a Redis connection, which probes Redis and hears of outages.
pub trait Monitor: Send + Sync + 'static {
    /// Does on the connection what Redis is for: what merely accepts connections, or is read-only, or has no memory left,
    /// is not there.
    fn probe(&self, connection: ConnectionManager) -> BoxFuture<'_, RedisResult<()>>;

    /// Redis is away: told once for each outage.
    fn on_down(&self, fault: &Fault);

    /// Redis is there, for the first time or again.
    fn on_up(&self);
}

/// A connection to Redis for one [`Monitor`].
///
/// Where sentinels say which server is the master, they are asked again each time that Redis has failed.
///
/// Once Redis has failed or been slow, work fails at once, without waiting for it, until it has proved itself again.
pub struct ManagedConnection<R> {
    shared: Arc<Shared<R>>,
    /// The runtime of all Redis connections, so that a busy worker does not delay the answers to others.
    runtime: Handle,
}

struct Shared<R> {
    location: Location,
    /// How often it was tried to connect.
    attempts: AtomicUsize,
    monitor: R,
    /// How long any work waits.
    timeout: Duration,
    current: Mutex<Current>,
}

#[derive(Default)]
struct Current {
    connection: Option<ConnectionManager>,
    /// How many there have been, so that anyone who waited for one that is given up does not give up its successor.
    number: u64,
}

/// Whether the monitor knows of the outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outage {
    NotLogged,
    Logged,
}

impl<R: Monitor> ManagedConnection<R> {
    /// Begins to connect in the background, on the runtime that this is called on. No work waits longer than `timeout`.
    /// The URL is one of a server, or of sentinels.
    ///
    /// # Errors
    /// When the URL is not one of Redis.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(url: &str, timeout: Duration, monitor: R) -> RedisResult<Self> {
        // Fails when somebody has installed it already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let (location, attempts) = (Location::parse(url)?, AtomicUsize::new(0));
        let shared = Arc::new(Shared { location, attempts, monitor, timeout, current: Mutex::default() });
        let runtime = Handle::current();
        runtime.spawn(Shared::recover(Arc::downgrade(&shared), Outage::NotLogged));
        Ok(Self { shared, runtime })
    }

    /// Does the work on the connection, twice if that breaks.
    pub fn run<T, F>(&self, work: impl Fn(ConnectionManager) -> F + Send + 'static) -> BoxFuture<'_, Result<T, Fault>>
    where
        T: Send + 'static,
        F: Future<Output = RedisResult<T>> + Send,
    {
        let shared = Arc::clone(&self.shared);
        let running = self.runtime.spawn(async move { shared.run(work).await });
        Box::pin(async move { running.await.unwrap_or(Err(Fault::Ending)) })
    }
}

impl<R: Monitor> Shared<R> {
    async fn run<T, F>(self: Arc<Self>, work: impl Fn(ConnectionManager) -> F) -> Result<T, Fault>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let (connection, number) = {
            let current = self.current();
            (current.connection.clone(), current.number)
        };
        let result = self.in_time(run_twice(connection.ok_or(Fault::Away)?, work)).await;
        if let Err(fault) = &result
            && fault.is_outage()
        {
            self.give_up(number, fault);
        }
        result
    }

    async fn in_time<T>(&self, work: impl Future<Output = RedisResult<T>>) -> Result<T, Fault> {
        timeout(self.timeout, caught(work)).await.map_err(|_| Fault::Slow(self.timeout))?
    }

    fn give_up(self: &Arc<Self>, number: u64, fault: &Fault) {
        let mut current = self.current();
        if current.number == number && current.connection.take().is_some() {
            self.monitor.on_down(fault);
            tokio::spawn(Self::recover(Arc::downgrade(self), Outage::Logged));
        }
    }

    async fn recover(shared: Weak<Self>, mut outage: Outage) {
        while let Some(shared) = shared.upgrade() {
            match shared.connect().await {
                Ok(connection) => return shared.resume(connection),
                Err(fault) if outage == Outage::NotLogged => shared.monitor.on_down(&fault),
                Err(_) => {}
            }
            outage = Outage::Logged;
            drop(shared);
            sleep(RETRY_INTERVAL).await;
        }
    }

    async fn connect(&self) -> Result<ConnectionManager, Fault> {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            // All work has its own.
            .set_response_timeout(None);
        let attempt = self.attempts.fetch_add(1, Ordering::Relaxed);
        let finding = timeout(CONNECT_TIMEOUT, caught(self.location.find(attempt))).await;
        let client = finding.map_err(|_| Fault::Slow(CONNECT_TIMEOUT))??;
        let connection = caught(ConnectionManager::new_with_config(client, config)).await?;
        self.in_time(self.monitor.probe(connection.clone())).await?;
        Ok(connection)
    }

    fn resume(&self, connection: ConnectionManager) {
        let mut current = self.current();
        *current = Current { connection: Some(connection), number: current.number + 1 };
        self.monitor.on_up();
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A panic would end the search for Redis, or leave a connection in use that panics for ever.
async fn caught<T>(work: impl Future<Output = RedisResult<T>>) -> Result<T, Fault> {
    Ok(AssertUnwindSafe(work).catch_unwind().await.map_err(|_| Fault::Panicked)??)
}

/// The manager notices that a connection is gone when a command fails, and has another for the next.
async fn run_twice<T, F>(connection: ConnectionManager, work: impl Fn(ConnectionManager) -> F) -> RedisResult<T>
where
    F: Future<Output = RedisResult<T>>,
{
    match work(connection.clone()).await {
        Err(error) if error.is_io_error() || error.is_unrecoverable_error() => work(connection).await,
        answer => answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_of_the_client_counts_as_an_outage() {
        let fault = caught::<()>(async { panic!("on purpose") }).await.unwrap_err();
        assert!(matches!(fault, Fault::Panicked) && fault.is_outage(), "{fault:?}");
    }
}

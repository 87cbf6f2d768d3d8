use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use ore_domain::{BoxFuture, Charges, Decision, StoreError};
use redis::aio::ConnectionManager;
use redis::{Client, RedisResult};
use tokio::runtime::Handle;
use tokio::time::sleep;

use super::connection::{Connector, Fault};
use crate::limits::LimitCounter;
use crate::metrics::RateLimitMetrics;

/// How often Redis is tried while it is away.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);

/// Counts the calls of all replicas in Redis.
///
/// Once Redis has failed or been slow, calls fail at once, without waiting for it, until it has been seen to count again.
pub struct RedisCounter {
    shared: Arc<Shared>,
    /// Where all the talking to Redis happens, so that a busy worker delays nobody else's answer.
    runtime: Handle,
}

struct Shared {
    connector: Connector,
    link: Mutex<Link>,
    metrics: RateLimitMetrics,
}

#[derive(Default)]
struct Link {
    connection: Option<ConnectionManager>,
    /// How many there have been, so that whoever waited for one that is given up does not give up its successor.
    number: u64,
}

impl RedisCounter {
    /// Begins to connect in the background, on the runtime that this is called on. All keys begin with `prefix`, and no
    /// call waits longer than `timeout`.
    ///
    /// # Errors
    /// When the URL is not one of Redis.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(url: &str, prefix: &str, timeout: Duration, metrics: RateLimitMetrics) -> RedisResult<Self> {
        // Fails when somebody has installed it already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let connector = Connector::new(Client::open(url)?, prefix, timeout);
        let shared = Arc::new(Shared { connector, link: Mutex::default(), metrics });
        shared.metrics.set_stand_in(true);
        let runtime = Handle::current();
        runtime.spawn(Shared::recover(Arc::downgrade(&shared), Outage::NotYetTold));
        Ok(Self { shared, runtime })
    }
}

impl LimitCounter for RedisCounter {
    fn charge(&self, charges: Charges) -> BoxFuture<'_, Result<Decision, StoreError>> {
        let shared = Arc::clone(&self.shared);
        let charging = self.runtime.spawn(async move { shared.charge(&charges).await });
        Box::pin(async move { charging.await.map_err(StoreError::unavailable)? })
    }
}

/// Whether the log has the outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outage {
    NotYetTold,
    Told,
}

impl Shared {
    async fn charge(self: Arc<Self>, charges: &Charges) -> Result<Decision, StoreError> {
        let (connection, number) = {
            let link = self.link();
            (link.connection.clone(), link.number)
        };
        let connection = connection.ok_or_else(|| StoreError::unavailable("Redis is away"))?;
        self.connector.charge(connection, charges).await.map_err(|fault| {
            self.give_up(number, &fault);
            StoreError::unavailable(fault)
        })
    }

    fn give_up(self: &Arc<Self>, number: u64, fault: &Fault) {
        let mut link = self.link();
        if link.number == number && link.connection.take().is_some() {
            self.metrics.set_stand_in(true);
            warn(fault);
            tokio::spawn(Self::recover(Arc::downgrade(self), Outage::Told));
        }
    }

    async fn recover(shared: Weak<Self>, mut outage: Outage) {
        while let Some(shared) = shared.upgrade() {
            match shared.connector.connect().await {
                Ok(connection) => return shared.resume(connection),
                Err(fault) if outage == Outage::NotYetTold => warn(&fault),
                Err(_) => {}
            }
            outage = Outage::Told;
            drop(shared);
            sleep(RETRY_INTERVAL).await;
        }
    }

    fn resume(&self, connection: ConnectionManager) {
        let mut link = self.link();
        *link = Link { connection: Some(connection), number: link.number + 1 };
        self.metrics.set_stand_in(false);
        tracing::info!("Redis counts log-ins and registrations");
    }

    fn link(&self) -> MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn warn(fault: &Fault) {
    tracing::warn!(exception = %fault, "Redis is away; this process counts its part of the limits by itself");
}

use std::sync::Arc;
use std::time::Duration;

use ore_domain::{BoxFuture, Charges, Decision, StoreError};
use ore_redis::{Fault, ManagedConnection, Monitor};
use ore_telemetry::metrics::RateLimitMetrics;
use redis::RedisResult;
use redis::aio::ConnectionManager;

use super::script::{ChargeScript, charges_of_nobody};
use crate::LimitCounter;

/// Counts the calls of all replicas in Redis.
///
/// Once Redis has failed or been slow, calls fail at once, without waiting for it, until it has been seen to count again.
pub struct RedisCounter {
    link: ManagedConnection<CounterContext>,
    script: Arc<ChargeScript>,
}

struct CounterContext {
    script: Arc<ChargeScript>,
    metrics: RateLimitMetrics,
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
        metrics.set_fallback(true);
        let script = Arc::new(ChargeScript::new(prefix));
        let link = ManagedConnection::start(url, timeout, CounterContext { script: Arc::clone(&script), metrics })?;
        Ok(Self { link, script })
    }
}

impl LimitCounter for RedisCounter {
    fn charge(&self, charges: Charges) -> BoxFuture<'_, Result<Decision, StoreError>> {
        let (script, charges) = (Arc::clone(&self.script), Arc::new(charges));
        let charging = self.link.run(move |connection| {
            let (script, charges) = (Arc::clone(&script), Arc::clone(&charges));
            async move { script.run(connection, &charges).await }
        });
        Box::pin(async move { charging.await.map_err(StoreError::unavailable) })
    }
}

impl Monitor for CounterContext {
    fn probe(&self, connection: ConnectionManager) -> BoxFuture<'_, RedisResult<()>> {
        Box::pin(async move { self.script.run(connection, &charges_of_nobody()).await.map(drop) })
    }

    fn on_down(&self, fault: &Fault) {
        self.metrics.set_fallback(true);
        tracing::warn!(exception = %fault, "Redis is away; this process counts its part of the limits by itself");
    }

    fn on_up(&self) {
        self.metrics.set_fallback(false);
        tracing::info!("Redis counts log-ins and registrations");
    }
}

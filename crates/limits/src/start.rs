use std::io;
use std::sync::Arc;
use std::time::Duration;

use ore_domain::Readiness;
use ore_persistence::Database;
use ore_redis::RedisUrl;
use ore_security::keyed_hash::KeyedHash;
use ore_settings::Settings;
use ore_telemetry::metrics::{Metrics, RateLimitMetrics};
use redis::RedisError;

use super::{CredentialLimits, FallbackCounter, LimitCounter, MemoryCounter, PostgresCounter, RedisCounter};

/// The prefix of our keys in Redis, which others may use too.
const REDIS_PREFIX: &str = "ore:";

/// Why there is nothing to count with.
#[derive(Debug, thiserror::Error)]
pub enum LimitsStartError {
    /// The operating system gave no thread.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] io::Error),
    /// The client does not take the URL.
    #[error("BACKEND_REDIS_URL cannot be used: {0}")]
    Redis(#[from] RedisError),
}

/// The limits as the settings want them, counted in Redis, else in PostgreSQL, else in memory. None of the two need be
/// there yet.
///
/// # Errors
/// As [`LimitsStartError`] says.
pub fn start(
    settings: &Settings,
    keyed_hash: KeyedHash,
    database: &Arc<Database>,
    readiness: &Arc<Readiness>,
    metrics: &Metrics,
) -> Result<CredentialLimits, LimitsStartError> {
    if !settings.limits.enabled {
        return Ok(CredentialLimits::none());
    }
    let counter: Arc<dyn LimitCounter> = match (&settings.limits.redis_url, database.rate_limits()) {
        (Some(url), _) => {
            let redis = redis(url, settings.limits.redis_timeout, &metrics.rate_limits)?;
            Arc::new(FallbackCounter::new(redis, settings.server.replicas))
        }
        (None, Some(table)) => Arc::new(PostgresCounter::start(table, Arc::clone(readiness), &metrics.worker_pools)?),
        (None, None) => Arc::new(MemoryCounter::new()),
    };
    Ok(CredentialLimits::new(settings.limits.credentials(), keyed_hash, counter, metrics.rate_limits.clone()))
}

fn redis(url: &RedisUrl, timeout: Duration, metrics: &RateLimitMetrics) -> Result<RedisCounter, RedisError> {
    RedisCounter::start(url.expose(), REDIS_PREFIX, timeout, metrics.clone())
}

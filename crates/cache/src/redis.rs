use std::time::Duration;

use ore_domain::BoxFuture;
use ore_redis::{Fault, ManagedConnection, Monitor};
use ore_services::Cache;
use redis::aio::ConnectionManager;
use redis::{AsyncCommands, RedisResult, ToRedisArgs, cmd};

/// The largest value that is kept, in bytes: one connection carries the values of all, each after the other.
const MAX_VALUE_BYTES: usize = 1 << 20;

/// No entry is kept for longer.
const LONGEST_LIFETIME: Duration = Duration::from_hours(365 * 24);

/// Keeps values in Redis, for all replicas. How many is up to the `maxmemory` and the `maxmemory-policy` of that Redis.
///
/// While Redis is away or slow nothing is kept and nobody waits for it.
pub struct RedisCache {
    link: ManagedConnection<Caching>,
    prefix: String,
}

struct Caching {
    prefix: String,
}

impl RedisCache {
    /// Begins to connect in the background, on the runtime that this is called on. All keys begin with `prefix`, and
    /// nobody waits longer than `timeout`.
    ///
    /// # Errors
    /// When the URL is not one of Redis.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(url: &str, prefix: &str, timeout: Duration) -> RedisResult<Self> {
        let prefix = prefix.to_owned();
        Ok(Self { link: ManagedConnection::start(url, timeout, Caching { prefix: prefix.clone() })?, prefix })
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

impl Cache for RedisCache {
    fn get(&self, key: &str) -> BoxFuture<'_, Option<Vec<u8>>> {
        let key = self.key(key);
        let asking = self.link.run(move |mut connection| {
            let key = key.clone();
            async move { connection.get(key).await }
        });
        Box::pin(async move { asking.await.ok().flatten() })
    }

    fn set(&self, key: &str, value: Vec<u8>, lifetime: Duration) -> BoxFuture<'_, ()> {
        if value.len() > MAX_VALUE_BYTES {
            return Box::pin(async {});
        }
        let key = self.key(key);
        let setting = self.link.run(move |connection| set(connection, key.clone(), value.clone(), lifetime));
        Box::pin(async move { drop(setting.await) })
    }

    fn remove(&self, key: &str) -> BoxFuture<'_, ()> {
        let key = self.key(key);
        let removing = self.link.run(move |mut connection| {
            let key = key.clone();
            async move { connection.del::<_, ()>(key).await }
        });
        Box::pin(async move { drop(removing.await) })
    }
}

async fn set(
    mut connection: ConnectionManager,
    key: String,
    value: impl ToRedisArgs,
    lifetime: Duration,
) -> RedisResult<()> {
    // Redis refuses an entry that ends at once, and one whose end it cannot count to.
    let milliseconds = u64::try_from(lifetime.min(LONGEST_LIFETIME).as_millis()).unwrap_or(u64::MAX).max(1);
    cmd("SET").arg(key).arg(value).arg("PX").arg(milliseconds).query_async(&mut connection).await
}

impl Monitor for Caching {
    fn probe(&self, connection: ConnectionManager) -> BoxFuture<'_, RedisResult<()>> {
        Box::pin(set(connection, format!("{}nobody", self.prefix), "", Duration::from_secs(1)))
    }

    fn on_down(&self, fault: &Fault) {
        tracing::warn!(exception = %fault, "Redis is away; nothing is cached meanwhile");
    }

    fn on_up(&self) {
        tracing::info!("Redis caches");
    }
}

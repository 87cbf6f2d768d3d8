//! Redis, which counts the limits for all replicas, is ended, started, stopped with SIGSTOP, slowed down, and emptied.
//! Log-ins go on, soon, and the limit stays what it is for two replicas, or half of that for each while it counts by
//! itself.

use std::time::Duration;

use anyhow::Result;
use ore_harness::Redis;
use rustix::process::Signal;

use super::shared_limit::Replicas;
use crate::context::{Context, service};
use crate::kit::Relay;

/// How late each answer of a slow Redis comes: later than a call waits, and than a replica waits for a connection.
const DELAYS: [Duration; 2] = [Duration::from_millis(150), Duration::from_secs(5)];

pub(super) async fn run(context: &Context) -> Result<()> {
    let mut redis = Redis::start(context)?;
    let relay = Relay::start(redis.address(), Duration::ZERO).await?;
    let database = context.sqlite("app")?;
    let direct = service("replica", &database.url());
    let through_relay = direct.named("slowed").with("BACKEND_REDIS_URL", format!("redis://{}", relay.address));
    let direct = direct.with("BACKEND_REDIS_URL", redis.url());
    let mut replicas = Replicas::start(context, 0, direct).await?;
    outages(context, &mut redis, &mut replicas).await?;
    let mut slowed = Replicas::start(context, 1, through_relay).await?;
    slowness(context, &relay, &mut slowed).await?;
    replicas.finish(context)?;
    slowed.finish(context)
}

async fn outages(context: &Context, redis: &mut Redis, replicas: &mut Replicas) -> Result<()> {
    context.step("redis-outage: Redis is there");
    // A service gets ready without waiting for Redis.
    replicas.wait_for_shared_limit("Redis is there").await?;
    context.step("redis-outage: Redis is gone");
    redis.server.kill()?;
    replicas.expect_limit_of_each("without Redis").await?;
    redis.resume()?;
    let back = replicas.wait_for_shared_limit("Redis is back").await?;
    context.measure_time("counted_together_after_return", back);
    context.step("redis-outage: Redis hangs");
    redis.server.signal(Signal::STOP)?;
    replicas.expect_limit_of_each("while Redis hangs").await?;
    redis.server.signal(Signal::CONT)?;
    replicas.wait_for_shared_limit("Redis answers again").await?;
    context.step("redis-outage: Redis forgets");
    redis.flush()?;
    replicas.expect_whole_limit("after Redis was emptied").await
}

/// Redis counts and says so, but late. The replicas do not wait for it.
async fn slowness(context: &Context, relay: &Relay, replicas: &mut Replicas) -> Result<()> {
    replicas.wait_for_shared_limit("Redis is there behind a relay").await?;
    for delay in DELAYS {
        context.step(&format!("redis-outage: Redis answers {delay:?} late"));
        relay.delay.send_replace(delay);
        replicas.expect_limit_of_each(&format!("while Redis answers {delay:?} late")).await?;
        relay.delay.send_replace(Duration::ZERO);
        replicas.wait_for_shared_limit("Redis answers in time again").await?;
    }
    Ok(())
}

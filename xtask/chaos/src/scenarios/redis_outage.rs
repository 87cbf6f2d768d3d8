//! Redis, which counts the limits for all replicas, is ended, started, stopped with SIGSTOP, slowed down, and emptied.
//! Log-ins go on, soon, and the limit stays what it is for two replicas, or half of that for each while it counts by
//! itself.

use std::time::Duration;

use anyhow::{Result, ensure};
use ore_harness::{Redis, Service};
use rustix::process::Signal;

use super::shared_limit::{Replicas, expect_whole_limit};
use crate::context::{Context, service};
use crate::kit::Relay;

/// The most that an answer may take, whatever Redis does.
const ANSWER: Duration = Duration::from_secs(1);

/// How long until a replica counts in Redis again.
const BACK: Duration = Duration::from_secs(5);

/// How late each answer of a slow Redis comes: later than a call waits, and later than a replica waits for a connection.
const DELAYS: [Duration; 2] = [Duration::from_millis(150), Duration::from_secs(5)];

pub(super) async fn run(context: &Context) -> Result<()> {
    let mut redis = Redis::start(context)?;
    let relay = Relay::start(redis.address()).await?;
    let database = context.sqlite()?;
    let direct = service("one", &database.url());
    let through_relay = direct.named("three").with("BACKEND_REDIS_URL", format!("redis://{}", relay.address()));
    let direct = direct.with("BACKEND_REDIS_URL", redis.url());
    let mut replicas = Replicas::start(context, "redis", [direct.clone(), direct.named("two")]).await?;
    outages(context, &mut redis, &mut replicas).await?;
    let mut slowed = Replicas::start(context, "slow", [through_relay.clone(), through_relay.named("four")]).await?;
    slowness(context, &relay, &mut slowed).await?;

    let longest = replicas.longest.max(slowed.longest);
    context.measure("logins", replicas.calls + slowed.calls);
    context.measure_time("longest", longest);
    ensure!(longest <= ANSWER, "an answer took {longest:?}");
    replicas.services.iter_mut().chain(&mut slowed.services).try_for_each(Service::check_health)
}

async fn outages(context: &Context, redis: &mut Redis, replicas: &mut Replicas) -> Result<()> {
    context.step("redis-outage: Redis is there");
    // A service gets ready without waiting for Redis.
    replicas.wait_for_shared_limit("Redis is there", BACK).await?;
    context.step("redis-outage: Redis is gone");
    redis.kill()?;
    replicas.expect_limit_of_each("without Redis").await?;
    redis.resume()?;
    let back = replicas.wait_for_shared_limit("Redis is back", BACK).await?;
    context.measure_time("counted_together_after_return", back);
    context.step("redis-outage: Redis hangs");
    redis.signal(Signal::STOP)?;
    replicas.expect_limit_of_each("while Redis hangs").await?;
    redis.signal(Signal::CONT)?;
    replicas.wait_for_shared_limit("Redis answers again", BACK).await?;
    context.step("redis-outage: Redis forgets");
    let address = replicas.expect_shared_limit("before Redis was emptied").await?;
    redis.flush()?;
    let passed = replicas.flood(address).await?;
    expect_whole_limit("after Redis was emptied", passed)
}

/// Redis counts and says so, but late. The replicas do not wait for it.
async fn slowness(context: &Context, relay: &Relay, replicas: &mut Replicas) -> Result<()> {
    replicas.wait_for_shared_limit("Redis is there behind a relay", BACK).await?;
    for delay in DELAYS {
        context.step(&format!("redis-outage: Redis answers {delay:?} late"));
        relay.delay_answers(delay);
        replicas.expect_limit_of_each(&format!("while Redis answers {delay:?} late")).await?;
        relay.delay_answers(Duration::ZERO);
        replicas.wait_for_shared_limit("Redis answers in time again", BACK).await?;
    }
    Ok(())
}

//! Redis, which counts the limits for all replicas, fails over: its sentinels make another server the master, and the
//! replicas count there. Log-ins go on all the while, and what was ended stays ended.

use std::time::Duration;

use anyhow::{Context as _, Result};
use ore_harness::{Request, register, until};
use tokio::time::sleep;

use super::shared_limit::Replicas;
use crate::context::{Context, service};
use crate::kit::{Sentinels, new_email};

/// How long the sentinels may take for another master, and for a second try if the first fails.
const FAILOVER: Duration = Duration::from_mins(1);

/// Twice `failover-timeout`: sentinels begin no other failover before that has passed.
const CALM: Duration = Duration::from_secs(11);

pub(super) async fn run(context: &Context) -> Result<()> {
    context.step("redis-sentinel: three servers and three sentinels");
    let mut redis = Sentinels::start(context)?;
    let plan = service("replica", &context.sqlite("app")?.url()).with("BACKEND_REDIS_URL", redis.url());
    let mut replicas = Replicas::start(context, 0, plan).await?;
    replicas.wait_for_shared_limit("Redis is there").await?;
    let [one, _] = &replicas.services;
    let ended = register(one.address(), &new_email()).await?.access;
    one.expect(200, &Request::log_out(&ended)).await?;
    let rounds = context.choose(0, 10);
    for round in 1..=rounds {
        context.step(&format!("redis-sentinel: round {round} of {rounds}, the master is killed"));
        fail_over(context, &mut redis, &mut replicas).await?;
        sleep(CALM).await;
    }
    context.step("redis-sentinel: a sentinel is gone");
    redis.watchers.remove(0);
    fail_over(context, &mut redis, &mut replicas).await?;

    for replica in &replicas.services {
        replica.expect(401, &Request::me(&ended)).await?;
    }
    replicas.finish(context)
}

/// Measures how long there was no master, and how long the replicas counted by themselves after that.
async fn fail_over(context: &Context, redis: &mut Sentinels, replicas: &mut Replicas) -> Result<()> {
    let former = redis.master().context("there is no master")?;
    redis.servers[former].daemon.kill()?;
    replicas.expect_limit_of_each("while there is no master").await?;
    let is_another = || redis.master().is_some_and(|master| master != former);
    let without = until(FAILOVER, "another server is the master", is_another)?;
    let back = replicas.wait_for_shared_limit("there is another master").await?;
    context.measure_time("new_master_after", without);
    context.measure_time("counted_together_after", back);
    // The former one comes back as it was, and is made a replica.
    redis.servers[former].daemon.resume()?;
    redis.wait_until_known()?;
    replicas.next_address();
    replicas.expect_whole_limit("after the former master came back").await
}

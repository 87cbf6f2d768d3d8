//! Redis, which counts the limits for all replicas, fails over: its sentinels make another server the master, and the
//! replicas count there. Log-ins go on all the while, and what was ended stays ended.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Request, eventually};
use tokio::time::sleep;

use super::shared_limit::{Replicas, with_limits};
use crate::context::Context;
use crate::kit::{PASSWORD, Sentinels, Service, ServicePlan, register};

/// The most that an answer may take, whatever Redis does.
const ANSWER: Duration = Duration::from_secs(1);

/// How long the sentinels may take for another master, and for a second try if the first fails.
const FAILOVER: Duration = Duration::from_mins(1);

/// Twice `failover-timeout`: sentinels begin no other failover before that has passed.
const CALM: Duration = Duration::from_secs(11);

/// How long until the replicas count together, once there is one.
const BACK: Duration = Duration::from_secs(5);

pub(super) async fn run(context: &Context) -> Result<()> {
    context.step("redis-sentinel: three servers and three sentinels");
    let mut redis = Sentinels::start(context).await?;
    let plan = with_limits(ServicePlan::new("one", &context.sqlite()?.url())).with("BACKEND_REDIS_URL", redis.url());
    let mut replicas = Replicas::start(context, "sentinel", [plan.clone(), plan.named("two")]).await?;
    replicas.wait_for_shared_limit("Redis is there", BACK).await?;
    let ended = end_a_session(&replicas).await?;
    let mut worst = (Duration::ZERO, Duration::ZERO);
    let rounds = context.choose(0, 10);
    for round in 1..=rounds {
        context.step(&format!("redis-sentinel: round {round} of {rounds}, the master is killed"));
        let (new_master, back) = fail_over(&mut redis, &mut replicas).await?;
        worst = (worst.0.max(new_master), worst.1.max(back));
        sleep(CALM).await;
    }
    context.step("redis-sentinel: a sentinel is gone");
    redis.kill_sentinel(0)?;
    let (new_master, back) = fail_over(&mut redis, &mut replicas).await?;

    for replica in &replicas.services {
        let status = replica.send(&Request::me(&ended)).await?.status;
        ensure!(status == 401, "a session that was ended is answered {status}");
    }
    context.measure("rounds", rounds + 1);
    context.measure_time("new_master_after", worst.0.max(new_master));
    context.measure_time("counted_together_after", worst.1.max(back));
    context.measure("logins", replicas.calls);
    context.measure_time("longest", replicas.longest);
    ensure!(replicas.longest <= ANSWER, "an answer took {:?}", replicas.longest);
    replicas.services.iter_mut().try_for_each(Service::check_health)
}

/// Returns how long there was no master, and how long the replicas counted by themselves after that.
async fn fail_over(redis: &mut Sentinels, replicas: &mut Replicas) -> Result<(Duration, Duration)> {
    let former = redis.master().await.context("there is no master")?;
    redis.kill_server(former)?;
    replicas.expect_limit_of_each("while there is no master").await?;
    let mut master = None;
    let without = eventually(FAILOVER, "another server is the master", async || {
        master = redis.master().await.filter(|master| *master != former);
        master.is_some()
    })
    .await?;
    let back = replicas.wait_for_shared_limit("there is another master", BACK).await?;
    // The former one comes back as it was, and is made a replica.
    redis.start_server(former, former)?;
    redis.wait_until_known().await?;
    replicas.expect_shared_limit("after the former master came back").await?;
    Ok((without, back))
}

/// Returns the access token of a session that was logged out.
async fn end_a_session(replicas: &Replicas) -> Result<String> {
    let [one, _] = &replicas.services;
    let email = "ended@chaos.example";
    let token = register(one.address(), email).await?;
    let status = one.send(&Request::log_out(&token)).await?.status;
    ensure!(status == 200, "a log-out was answered {status}");
    let status = one.send(&Request::login(email, PASSWORD)).await?.status;
    ensure!(status == 200, "a log-in was answered {status}");
    Ok(token)
}

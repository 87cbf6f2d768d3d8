//! More log-ins at once than can be computed, with Argon2 as expensive as it is by default. Memory stays within what
//! the hash slots take, the surplus is turned away soon, and anyone who has a token is served as ever.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use ore_harness::{
    Client, ClosedLoop, Rate, Request, Service, ServicePlan, peak_memory, resident_memory, restart_peak_memory,
};
use tokio::task::JoinSet;

use crate::context::{Context, service};
use crate::kit::{Call, LoadPlan, LoadResults, Record};

/// The service's defaults, but for the number of slots, which is that of the cores.
const MEMORY_KIB: u64 = 65_536;
const SLOTS: u64 = 2;

/// The memory allowed beside the slots: connections, requests, and memory that the allocator keeps.
const SLACK_KIB: u64 = 64 * 1024;

/// How long a log-in may wait for its hash, as predicted. One that is admitted is served even if the prediction was too
/// short, by as much again at most.
const QUICK_WAIT: Duration = Duration::from_secs(1);
const WAIT: Duration = Duration::from_secs(5);

/// When a log-in that cannot be served is turned away, and what this machine may add: 500 clients in one process share
/// the cores with the service.
const REFUSAL: Duration = Duration::from_secs(1);
const REFUSAL_SLACK: Duration = Duration::from_secs(1);

/// Fewest requests that a p99 is told of.
const FEWEST_SAMPLES: usize = 500;

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.sqlite()?;
    // In a quick run fewer log in at once, all of whom could begin within the default.
    let wait = context.choose(QUICK_WAIT, WAIT);
    let mut service = plan(&database.url(), wait).start_ready(context).await?;
    // Before the first hash: memory that a slot keeps belongs to the slot.
    let idle = resident_memory(service.process())?;
    let load = LoadPlan::register(service.address(), "flood").await?;
    restart_peak_memory(service.process())?;
    context.measure("idle_kib", idle);
    let time = context.choose(Duration::from_secs(5), Duration::from_secs(30));

    context.step("login-flood: at rest");
    let rest = measure(context, &service, &load.token, time).await?;
    context.step("login-flood: during the flood");
    let at_once = context.choose(100, 500);
    let (login, others) = (load.login(), measure(context, &service, &load.token, time));
    let (results, flood) = tokio::join!(flood(&service, &login, at_once, time), others);
    let (results, flood) = (results?, flood?);

    context.measure("at_once", at_once);
    check_memory(context, &service, idle)?;
    check_answers(context, &results, wait)?;
    check_others(context, &rest, &flood)?;
    service.check_health()
}

fn plan(database_url: &str, wait: Duration) -> ServicePlan {
    service("service", database_url)
        .with("BACKEND_ARGON2_MEMORY_KIB", MEMORY_KIB.to_string())
        .with("BACKEND_ARGON2_TIME_COST", "3")
        .with("BACKEND_ARGON2_PARALLELISM", "4")
        .with("BACKEND_HASH_SLOTS", SLOTS.to_string())
        .with("BACKEND_HASH_WAIT_SECONDS", wait.as_secs().to_string())
}

/// What others see, each on two connections, from processes of their own: a flood from this one does not slow them down.
async fn measure(context: &Context, service: &Service, token: &str, time: Duration) -> Result<[Rate; 2]> {
    let [me, health] = ["/api/v1/auth/me", "/health"]
        .map(|path| ClosedLoop::get(service.address(), path).with_token(token).on_connections(2));
    let (me, health) = tokio::join!(me.run(context, time), health.run(context, time));
    Ok([me?, health?])
}

/// Waves of log-ins at once, one after another, for some time.
async fn flood(service: &Service, login: &Request, at_once: usize, time: Duration) -> Result<LoadResults> {
    let started = Instant::now();
    let mut results = LoadResults::default();
    while started.elapsed() < time {
        let mut wave = JoinSet::new();
        for _ in 0..at_once {
            let (mut client, login) = (Client::without_keeping(service.address()), login.clone());
            wave.spawn(async move {
                let started = Instant::now();
                let answer = client.send(&login).await;
                let outcome = answer.map(|answer| answer.status).map_err(|failure| format!("{failure:#}"));
                Record { call: Call::Login, took: started.elapsed(), outcome }
            });
        }
        while let Some(record) = wave.join_next().await {
            results.records.push(record.context("a client has failed")?);
        }
    }
    Ok(results)
}

fn check_memory(context: &Context, service: &Service, idle: u64) -> Result<()> {
    let (peak, bound) = (peak_memory(service.process())?, idle + SLOTS * MEMORY_KIB + SLACK_KIB);
    context.measure("peak_kib", peak);
    context.measure("bound_kib", bound);
    ensure!(peak <= bound, "the flood took {peak} KiB, and {bound} is the most");
    Ok(())
}

fn check_answers(context: &Context, results: &LoadResults, wait: Duration) -> Result<()> {
    let surplus = [503, 429];
    let refused: usize = surplus.iter().map(|status| results.count(*status)).sum();
    let longest = surplus.iter().map(|status| results.longest(*status)).max().unwrap_or_default();
    context.measure("logins", results.records.len());
    context.measure("served", results.count(200));
    context.measure("refused", refused);
    context.measure_time("longest_refusal", longest);
    context.measure_time("longest_served", results.longest(200));
    results.expect(&[200, 503, 429], |_| false)?;
    ensure!(results.count(200) > 0, "not one log-in was served");
    ensure!(refused > 0, "the flood was no flood: every log-in was served");
    ensure!(longest <= REFUSAL + REFUSAL_SLACK, "a log-in was turned away after {longest:?}");
    let (served, bound) = (results.longest(200), 6 * wait + REFUSAL_SLACK);
    ensure!(served <= bound, "a log-in was served after {served:?}, and {bound:?} is the most");
    Ok(())
}

fn check_others(context: &Context, rest: &[Rate], flood: &[Rate]) -> Result<()> {
    // A debug build, on a machine that does other things as well, is given more time.
    let bound = context.choose(Duration::from_millis(500), Duration::from_millis(100));
    for (name, (rest, flood)) in ["me", "health"].into_iter().zip(rest.iter().zip(flood)) {
        let (samples, at_rest, in_flood) = (usize::try_from(flood.requests)?, rest.p99(), flood.p99());
        context.measure(&format!("{name}_samples"), samples);
        context.measure(&format!("{name}_p99_at_rest_ms"), in_milliseconds(at_rest));
        context.measure(&format!("{name}_p99_in_flood_ms"), in_milliseconds(in_flood));
        let ratio = in_flood.as_secs_f64() / at_rest.as_secs_f64().max(0.000_001);
        context.measure(&format!("{name}_p99_ratio"), (ratio * 10.0).round() / 10.0);
        ensure!(samples >= FEWEST_SAMPLES, "only {samples} samples of {name}");
        ensure!(in_flood <= bound, "the p99 of {name} was {in_flood:?} in the flood, and {bound:?} is the most");
    }
    Ok(())
}

/// With two decimals.
fn in_milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}

//! More log-ins at once than can be computed, with Argon2 as expensive as it is by default. Memory stays within what
//! the hash slots take, the surplus is turned away soon, and anyone who has a token is served as ever.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use ore_harness::{ClosedLoop, peak_memory, resident_memory, restart_peak_memory};

use crate::context::{Context, service};
use crate::kit::{Call, LoadPlan, LoadResults};

/// The service's defaults, but for the number of slots, which is that of the cores.
const MEMORY_KIB: u64 = 65_536;
const SLOTS: u64 = 2;

/// The memory allowed beside the slots: connections, requests, and memory that the allocator keeps.
const SLACK_KIB: u64 = 64 * 1024;

/// When a log-in that cannot be served is turned away, and what this machine may add: 500 clients in one process share
/// the cores with the service.
const REFUSAL: Duration = Duration::from_secs(1);
const SLACK: Duration = Duration::from_secs(1);

/// Fewest requests that a p99 is told of.
const FEWEST_SAMPLES: u32 = 500;

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.sqlite("app")?;
    // How long a log-in may wait for its hash, as predicted. In a quick run fewer log in at once, and all of them could
    // begin within the default.
    let wait: u32 = context.choose(1, 5);
    let plan = service("service", &database.url())
        .with("BACKEND_ARGON2_MEMORY_KIB", MEMORY_KIB.to_string())
        .with_all(&[("BACKEND_ARGON2_TIME_COST", "3"), ("BACKEND_ARGON2_PARALLELISM", "4")])
        .with("BACKEND_HASH_SLOTS", SLOTS.to_string())
        .with("BACKEND_HASH_WAIT_SECONDS", wait.to_string());
    let service = plan.start_ready(context).await?;
    // Before the first hash: memory that a slot keeps belongs to the slot.
    let idle = resident_memory(service.process())?;
    let load = LoadPlan::register(service.address()).await?;
    restart_peak_memory(service.process())?;
    let (at_once, time) = (context.choose(100, 500), Duration::from_secs(context.choose(5, 30)));
    context.step(&format!("login-flood: {at_once} at once"));
    let (flood, others) = tokio::join!(flood(&load, at_once, time), measure_others(context, &load, time));

    let (peak, bound) = (peak_memory(service.process())?, idle + SLOTS * MEMORY_KIB + SLACK_KIB);
    context.measure("idle_kib", idle);
    context.measure("peak_kib", peak);
    check_answers(context, &flood?, wait)?;
    ensure!(peak <= bound, "the flood took {peak} KiB, and {bound} is the most");
    others
}

/// Waves of log-ins at once, one after another, for some time.
async fn flood(load: &LoadPlan, at_once: usize, time: Duration) -> Result<LoadResults> {
    let started = Instant::now();
    let mut results = LoadResults::default();
    while started.elapsed() < time {
        results.merge(load.send_at_once(Call::Login, at_once).await?);
    }
    Ok(results)
}

fn check_answers(context: &Context, results: &LoadResults, wait: u32) -> Result<()> {
    results.measure(context, "");
    results.expect(&[200, 503, 429], &[])?;
    let refused = results.longest(503).max(results.longest(429));
    let (served, bound) = (results.longest(200), 6 * Duration::from_secs(wait.into()) + SLACK);
    context.measure_time("longest_refusal", refused);
    context.measure_time("longest_served", served);
    ensure!(results.count(200) > 0, "not one log-in was served");
    ensure!(results.requests() > results.count(200), "the flood was no flood: every log-in was served");
    ensure!(refused <= REFUSAL + SLACK, "a log-in was turned away after {refused:?}");
    // One that is admitted is served even if the prediction was too short.
    ensure!(served <= bound, "a log-in was served after {served:?}, and {bound:?} is the most");
    Ok(())
}

/// What others see, each on two connections, from processes of their own, which a flood from this one does not slow.
async fn measure_others(context: &Context, load: &LoadPlan, time: Duration) -> Result<()> {
    let paths = [("me", "/api/v1/auth/me"), ("health", "/health")];
    let [me, health] = paths.map(|(name, path)| async move {
        let requests = ClosedLoop::get(load.server, path).with_token(&load.token).on_connections(2);
        let rate = requests.run(context, time).await?;
        context.measure_time(&format!("{name}_p99"), rate.p99());
        ensure!(rate.requests >= FEWEST_SAMPLES, "only {} samples of {name}", rate.requests);
        // A debug build, on a machine that does other things as well, is given more time.
        let bound = Duration::from_millis(context.choose(500, 100));
        ensure!(rate.p99() <= bound, "the p99 of {name} was {:?}, and {bound:?} is the most", rate.p99());
        anyhow::Ok(())
    });
    tokio::try_join!(me, health).map(drop)
}

//! Killed with SIGKILL while users register, and started again on the same database. Anyone who was told that they are
//! registered can log in, and nobody is there who did not ask to be.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Database, Service};
use tokio::time::sleep;

use crate::context::{Context, service};
use crate::kit::{Call, LoadPlan, expect_all_log_in};

const WORKERS: usize = 8;

pub(super) async fn run(context: &Context) -> Result<()> {
    let kills = context.choose(10, 200);
    survive(context, "sqlite", &context.sqlite()?, kills).await?;
    if context.choose(false, true) {
        survive(context, "postgres", &context.postgres()?, kills).await?;
    }
    Ok(())
}

async fn survive(context: &Context, kind: &str, database: &Database, kills: u32) -> Result<()> {
    let plan = service(kind, &database.url());
    let mut service = plan.start_ready(context).await?;
    let mut known = Known::default();
    let mut requests = 0;
    for kill in 1..=kills {
        context.step(&format!("kill-loop on {kind}: kill {kill} of {kills}"));
        let plan_of_load = LoadPlan::registrations(service.address(), format!("{kind}-{kill}"));
        let load = plan_of_load.start(&[(Call::Register, WORKERS)]);
        sleep(timestamp(kill)).await;
        service.kill()?;
        let results = load.stop().await?;
        requests += results.records.len();
        known.acknowledged.extend(results.acknowledged.iter().cloned());
        known.in_flight.extend(results.unanswered.iter().cloned());
        service = plan.start_ready(context).await?;
        measure(context, kind, kill, requests, &known);
        results.expect(&[200], is_a_cut).with_context(|| format!("during kill {kill}"))?;
        expect_all_log_in(service.address(), &results.acknowledged).await?;
        check_users(database, &known)?;
    }
    context.step(&format!("kill-loop on {kind}: every user logs in"));
    finish(&mut service, database, &known).await
}

/// Everybody who asked to be registered since the first start.
#[derive(Default)]
struct Known {
    acknowledged: BTreeSet<String>,
    in_flight: BTreeSet<String>,
}

/// How long registrations run before a kill, so that kills meet every moment of one.
fn timestamp(kill: u32) -> Duration {
    Duration::from_millis(60 + u64::from(kill * 37 % 240))
}

/// The kill itself: no answer, or nobody who listens.
fn is_a_cut(outcome: &str) -> bool {
    outcome.contains(" cut") || outcome.contains("not connected")
}

fn check_users(database: &Database, known: &Known) -> Result<()> {
    database.check_integrity()?;
    let users = database.users()?;
    let lost: Vec<_> = known.acknowledged.difference(&users).collect();
    ensure!(lost.is_empty(), "{} acknowledged users are gone, such as {}", lost.len(), lost[0]);
    let strange: Vec<_> =
        users.iter().filter(|user| !known.acknowledged.contains(*user) && !known.in_flight.contains(*user)).collect();
    ensure!(strange.is_empty(), "{} users were refused and are there, such as {}", strange.len(), strange[0]);
    let half = database.half_users()?;
    ensure!(half == 0, "{half} users are there in part");
    Ok(())
}

async fn finish(service: &mut Service, database: &Database, known: &Known) -> Result<()> {
    expect_all_log_in(service.address(), &known.acknowledged).await?;
    // One whose answer was lost is there as a whole or not at all.
    let users = database.users()?;
    let there: Vec<&String> = known.in_flight.intersection(&users).collect();
    expect_all_log_in(service.address(), there).await?;
    service.check_health()
}

fn measure(context: &Context, kind: &str, kills: u32, requests: usize, known: &Known) {
    context.measure(&format!("{kind}_kills"), kills);
    context.measure(&format!("{kind}_requests"), requests);
    context.measure(&format!("{kind}_acknowledged"), known.acknowledged.len());
    context.measure(&format!("{kind}_unanswered"), known.in_flight.len());
}

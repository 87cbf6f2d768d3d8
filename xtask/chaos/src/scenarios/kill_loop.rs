//! Killed with SIGKILL while users register, and started again on the same database. Anyone who was told that they are
//! registered can log in, and nobody is there who did not ask to be.

use std::time::Duration;

use anyhow::{Context as _, Result};
use ore_harness::Database;
use tokio::time::sleep;

use crate::context::{Context, service};
use crate::kit::{CUT, Call, LoadPlan, LoadResults, expect_all_log_in};

const WORKERS: usize = 8;

pub(super) async fn run(context: &Context) -> Result<()> {
    let kills = context.choose(10, 200);
    survive(context, "sqlite", &context.sqlite("app")?, kills).await?;
    if context.choose(false, true) {
        survive(context, "postgres", &context.postgres()?, kills).await?;
    }
    Ok(())
}

async fn survive(context: &Context, kind: &str, database: &Database, kills: u32) -> Result<()> {
    let mut service = service(kind, &database.url()).start_ready(context).await?;
    let mut all = LoadResults::default();
    for kill in 1..=kills {
        context.step(&format!("kill-loop on {kind}: kill {kill} of {kills}"));
        let load = LoadPlan::registrations(service.address()).start(&[(Call::Register, WORKERS)]);
        // So that kills meet every moment of a registration.
        sleep(Duration::from_millis(60 + u64::from(kill * 37 % 240))).await;
        service.kill()?;
        let results = load.stop().await?;
        service = service.plan.start_ready(context).await?;
        results.measure(context, &format!("{kind}_"));
        results.expect(&[200], CUT).with_context(|| format!("during kill {kill}"))?;
        expect_all_log_in(service.address(), &results.acknowledged).await?;
        all.merge(results);
        database.check_integrity()?;
        all.expect_users(&database.users()?)?;
    }
    context.step(&format!("kill-loop on {kind}: every user logs in"));
    context.measure(&format!("{kind}_unanswered"), all.uncertain.len());
    expect_all_log_in(service.address(), &all.acknowledged).await?;
    // One whose answer was lost is there as a whole or not at all.
    expect_all_log_in(service.address(), all.uncertain.intersection(&database.users()?)).await
}

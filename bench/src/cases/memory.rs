//! Memory, at rest and under each load.

use std::time::Duration;

use anyhow::Result;
use ore_harness::{Request, peak_memory, resident_memory, restart_peak_memory};
use tokio::time::sleep;

use crate::context::Context;
use crate::kit::{ClosedLoop, Cost, Crowd, PASSWORD, Server, ServerPlan, register};
use crate::report::{Goal, Row, cores};

const EMAIL: &str = "memory@bench.example";
const UNIT: &str = "MiB";

/// At rest.
const REST: f64 = 25.0;
/// Beside what is held at rest and what the hash slots take.
const SLACK: f64 = 64.0;

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.sqlite("app")?;
    let slots = cores();
    let plan = ServerPlan::new("service", &database.url())
        .with("BACKEND_HASH_SLOTS", slots.to_string())
        .at_cost(Cost::DEFAULT);
    let server = plan.start(context).await?;
    let rest = mebibytes(resident_memory(server.process())?);
    context.record(Row::new("at rest", UNIT, &[rest]).with_goal(Goal::AtMost(REST)));
    let slots_take = f64::from(u32::try_from(slots)?) * f64::from(Cost::DEFAULT.memory_kib) / 1024.0;
    let bound = Goal::AtMost((rest + slots_take + SLACK).round());

    let token = register(&server, EMAIL).await?;
    for path in ["/health", "/api/v1/auth/me"] {
        context.step(path);
        restart_peak_memory(server.process())?;
        ClosedLoop::get(server.address(), path).with_token(&token).run(context, context.time()).await?;
        record(context, &server, &format!("at most, GET {path}"), bound)?;
    }
    let clients = context.choose(100, 500);
    context.step("log-ins");
    restart_peak_memory(server.process())?;
    let crowd = Crowd::start(server.address(), clients, &Request::login(EMAIL, PASSWORD));
    sleep(context.choose(Duration::from_secs(2), Duration::from_secs(10))).await;
    crowd.stop().await?;
    record(context, &server, &format!("at most, {clients} clients log in, {slots} slots"), bound)
}

fn record(context: &Context, server: &Server, what: &str, bound: Goal) -> Result<()> {
    context.record(Row::new(what, UNIT, &[mebibytes(peak_memory(server.process())?)]).with_goal(bound));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "no machine has 2^52 KiB")]
fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1024.0
}

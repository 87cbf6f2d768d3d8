//! Memory, at rest and under each load.

use std::time::Duration;

use anyhow::Result;
use ore_harness::{ClosedLoop, Service, cores, peak_memory, register, resident_memory, restart_peak_memory};
use tokio::time::sleep;

use crate::context::Context;
use crate::kit::{Cost, service, start_log_ins};
use crate::report::{Goal, Row};

const EMAIL: &str = "memory@bench.example";
const ME: &str = "/api/v1/auth/me";
const UNIT: &str = "MiB";

/// At rest.
const REST: f64 = 25.0;
/// Beside what is held at rest and what the hash slots take.
const SLACK: f64 = 64.0;

pub(super) async fn run(context: &Context) -> Result<()> {
    let slots = cores();
    let plan = service("service", &context.sqlite("app")?.url(), Cost::DEFAULT);
    let server = plan.with("BACKEND_HASH_SLOTS", slots.to_string()).start_ready(context).await?;
    let rest = mebibytes(resident_memory(server.process())?);
    context.record(Row::new("at rest", UNIT, &[rest]).with_goal(Goal::AtMost(REST)));
    let slots_take = f64::from(u32::try_from(slots)?) * f64::from(Cost::DEFAULT.memory_kib) / 1024.0;
    let bound = Goal::AtMost((rest + slots_take + SLACK).round());

    get(context, &server, ClosedLoop::get(server.address(), "/health"), ("/health", bound)).await?;
    // Its hash takes memory that is held for a while.
    let token = register(server.address(), EMAIL).await?.access;
    let load = ClosedLoop::get(server.address(), ME).with_token(&token);
    get(context, &server, load, (ME, bound)).await?;
    let clients = context.choose(100, 500);
    context.step("log-ins");
    restart_peak_memory(server.process())?;
    let load = start_log_ins(server.address(), clients, EMAIL);
    sleep(context.choose(Duration::from_secs(2), Duration::from_secs(10))).await;
    load.stop().await?;
    record(context, &server, &format!("at most, {clients} clients log in, {slots} slots"), bound)
}

async fn get(context: &Context, server: &Service, load: ClosedLoop, (path, bound): (&str, Goal)) -> Result<()> {
    context.step(path);
    restart_peak_memory(server.process())?;
    load.run(context, context.time()).await?;
    record(context, server, &format!("at most, GET {path}"), bound)
}

fn record(context: &Context, server: &Service, what: &str, bound: Goal) -> Result<()> {
    context.record(Row::new(what, UNIT, &[mebibytes(peak_memory(server.process())?)]).with_goal(bound));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "no machine has 2^52 KiB")]
fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1024.0
}

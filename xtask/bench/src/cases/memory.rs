//! Memory, at rest and under each load.

use std::time::Duration;

use anyhow::Result;
use ore_harness::{ClosedLoop, cores, peak_memory, register, resident_memory, restart_peak_memory};
use tokio::time::sleep;

use crate::context::Context;
use crate::kit::{Cost, EMAIL, ME, service, start_log_ins};
use crate::report::{Goal, Row, Spread};

/// At rest.
const REST: f64 = 25.0;
/// Beside what is held at rest and what the hash slots take.
const SLACK: f64 = 64.0;

pub(super) async fn run(context: &Context) -> Result<()> {
    let slots = cores();
    let plan = service("service", &context.sqlite("app")?.url(), Cost::DEFAULT);
    let server = plan.with("BACKEND_HASH_SLOTS", slots.to_string()).start_ready(context).await?;
    let record = |what: &str, memory: f64, bound: f64| {
        context.record(Row::new(what, "MiB", Spread::of(&[memory])).with_goal(Goal::AtMost(bound)));
    };
    let rest = mebibytes(resident_memory(server.process())?);
    record("at rest", rest, REST);
    let slots_take = f64::from(u32::try_from(slots)?) * f64::from(Cost::DEFAULT.memory_kib) / 1024.0;
    let record_peak = |what: &str| -> Result<()> {
        let bound = (rest + slots_take + SLACK).round();
        record(&format!("at most, {what}"), mebibytes(peak_memory(server.process())?), bound);
        Ok(())
    };

    restart_peak_memory(server.process())?;
    ClosedLoop::get(server.address(), "/health").run(context, context.time()).await?;
    record_peak("GET /health")?;
    // Its hash takes memory that is held for a while.
    let token = register(server.address(), EMAIL).await?.access;
    restart_peak_memory(server.process())?;
    let load = ClosedLoop::get(server.address(), ME).with_token(&token);
    load.run(context, context.time()).await?;
    record_peak(&format!("GET {ME}"))?;
    restart_peak_memory(server.process())?;
    let clients = context.choose(100, 500);
    let load = start_log_ins(server.address(), clients);
    sleep(context.choose(Duration::from_secs(2), Duration::from_secs(10))).await;
    load.stop().await?;
    record_peak(&format!("{clients} clients log in, {slots} slots"))
}

#[expect(clippy::cast_precision_loss, reason = "no machine has 2^52 KiB")]
fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1024.0
}

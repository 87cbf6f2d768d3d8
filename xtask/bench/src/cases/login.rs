//! What a log-in costs beyond its hash.

use anyhow::Result;

use crate::context::Context;
use crate::kit::{ClosedLoop, Contender, Cost, HashLoop, ServerPlan, alternate, log_in_as, register};
use crate::report::{Goal, Row, cores};

const EMAIL: &str = "login@bench.example";
const UNIT: &str = "a second";

/// Log-ins for each core, of which one is computed while the other waits: no core is idle, and nobody is refused.
const CONNECTIONS_PER_CORE: usize = 2;

pub(super) async fn run(context: &Context) -> Result<()> {
    for cost in [Cost::DEFAULT, Cost::PRODUCTION_MINIMUM] {
        measure(context, cost).await?;
    }
    Ok(())
}

async fn measure(context: &Context, cost: Cost) -> Result<()> {
    let name = cost.to_string();
    let plan = ServerPlan::new(&name, &context.sqlite(&name)?.url()).at_cost(cost);
    let server = plan.start(context).await?;
    register(&server, EMAIL).await?;
    let load = ClosedLoop::scripted(server.address(), log_in_as(context, &name, EMAIL)?);
    let log_ins = ("log-ins", Contender::Requests(load.on_connections(CONNECTIONS_PER_CORE * cores())));
    let bound = ("the plain loop", Contender::Hashes(HashLoop::rust(context, cost)?));
    match HashLoop::c_library(context, cost) {
        Ok(program) => {
            let library = ("the C library", Contender::Hashes(program));
            let [bound, log_ins, library] = alternate(context, [bound, log_ins, library]).await?;
            record_beside_plain(context, cost, &log_ins, &bound);
            context.record(Row::new(format!("C library of argon2-cffi, {cost}"), UNIT, &library));
            let row = Row::new(format!("log-ins, {cost}"), UNIT, &log_ins).with_goal(Goal::AtLeast(1.5));
            context.record_rate(row, &log_ins, ("the C library", &library));
            Ok(())
        }
        Err(obstacle) => {
            let [bound, log_ins] = alternate(context, [bound, log_ins]).await?;
            record_beside_plain(context, cost, &log_ins, &bound);
            Err(obstacle)
        }
    }
}

fn record_beside_plain(context: &Context, cost: Cost, log_ins: &[f64], bound: &[f64]) {
    context.record(Row::new(format!("plain loop, {cost}"), UNIT, bound));
    let row = Row::new(format!("log-ins, {cost}"), UNIT, log_ins).with_goal(Goal::AtLeast(0.95));
    context.record_rate(row, log_ins, ("the plain loop", bound));
}

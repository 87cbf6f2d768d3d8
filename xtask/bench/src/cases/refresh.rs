//! What a refresh costs beyond its statements.

use anyhow::Result;
use ore_harness::{Database, cores, register};

use crate::context::Context;
use crate::kit::{Beside, Contender, Cost, Figure, Program, Ratio, Refreshers, compare, loop_account, service};
use crate::report::{Goal, Row};

const CLIENTS: usize = 64;

pub(super) async fn run(context: &Context) -> Result<()> {
    measure(context, "SQLite", &context.sqlite("app")?, (1, Goal::AtLeast(5.0))).await?;
    let writers = (pool() - 1).div_ceil(2);
    measure(context, "PostgreSQL", &context.postgres()?, (writers, Goal::AtLeast(0.7))).await
}

/// The default. One of the connections is for probes, and half of the others write.
fn pool() -> usize {
    (2 * cores()).max(4)
}

async fn measure(context: &Context, name: &str, database: &Database, (writers, goal): (usize, Goal)) -> Result<()> {
    let plan = service(name, &database.url(), Cost::LEAST).with("BACKEND_DATABASE_POOL_SIZE", pool().to_string());
    let server = plan.start_ready(context).await?;
    let clients = Refreshers::register(server.address(), CLIENTS).await?;
    for connection in 0..writers {
        register(server.address(), &loop_account(connection)).await?;
    }
    let statements = Contender::Program(Program::exchanges(context, database, writers)?);
    let refreshes = Contender::Refreshes(clients.clone());
    let contenders = vec![
        (format!("plain loop, {name}, {writers} at a time"), statements, Ratio::Hidden),
        (format!("refreshes of {CLIENTS} clients, {name}"), refreshes, Ratio::Judged(goal)),
    ];
    compare(context, Figure::Rate, Beside::Figure("the plain loop"), contenders).await?;
    let refused = Row::new(format!("refreshes refused with 503, {name}"), "in all", &[clients.refused().into()]);
    context.record(refused.with_goal(Goal::AtMost(0.0)));
    Ok(())
}

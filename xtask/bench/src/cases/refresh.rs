//! What a refresh costs beyond its statements.

use anyhow::Result;
use ore_harness::Database;

use crate::context::Context;
use crate::kit::{
    Contender, Cost, ExchangeLoop, Refreshers, ServerPlan, alternate, loop_account, register_for_refresh,
};
use crate::report::{Goal, Row, cores};

const CLIENTS: usize = 64;
const UNIT: &str = "a second";

pub(super) async fn run(context: &Context) -> Result<()> {
    measure(context, "SQLite", &context.sqlite("app")?, (1, Goal::AtLeast(5.0))).await?;
    let writers = (pool() - 1).div_ceil(2);
    measure(context, "PostgreSQL", &context.postgres().await?, (writers, Goal::AtLeast(0.7))).await
}

/// The default. One of the connections is for probes, and half of the others write.
fn pool() -> usize {
    (2 * cores()).max(4)
}

async fn measure(context: &Context, name: &str, database: &Database, (writers, goal): (usize, Goal)) -> Result<()> {
    let plan = ServerPlan::new(name, &database.url()).with("BACKEND_DATABASE_POOL_SIZE", pool().to_string());
    let server = plan.at_cost(Cost::LEAST).start(context).await?;
    let clients = Refreshers::register(&server, CLIENTS).await?;
    for connection in 0..writers {
        register_for_refresh(&server, &loop_account(connection)).await?;
    }
    let statements = ExchangeLoop::new(context, database, writers)?;
    let bare = format!("plain loop, {name}, {writers} at a time");
    let contenders = [(bare.as_str(), Contender::Exchanges(statements)), (name, Contender::Refreshes(clients.clone()))];
    let [bound, refreshes] = alternate(context, contenders).await?;
    context.record(Row::new(bare, UNIT, &bound));
    let row = Row::new(format!("refreshes of {CLIENTS} clients, {name}"), UNIT, &refreshes).with_goal(goal);
    context.record_rate(row, &refreshes, ("the plain loop", &bound));
    let refused = Row::new(format!("refreshes refused with 503, {name}"), "in all", &[clients.refused().into()]);
    context.record(refused.with_goal(Goal::AtMost(0.0)));
    Ok(())
}

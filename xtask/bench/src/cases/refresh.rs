//! What a refresh costs beyond its statements.

use anyhow::Result;
use ore_harness::{cores, register};

use crate::context::{Context, DatabaseKind};
use crate::kit::{CLIENTS, Contender, Cost, Figure, Load, Program, Refreshers, compare, loop_account, service};
use crate::report::{Goal, Row, Spread};

pub(super) async fn run(context: &Context) -> Result<()> {
    // The default. One of the connections is for probes, and half of the others write.
    let pool = (2 * cores()).max(4);
    for (kind, writers, goal) in [
        (DatabaseKind::Sqlite, 1, Goal::AtLeast(5.0)),
        (DatabaseKind::Postgres, (pool - 1).div_ceil(2), Goal::AtLeast(0.7)),
    ] {
        let database = context.database(kind, "app")?;
        let plan = service(kind.to_string(), &database.url(), Cost::LEAST);
        let server = plan.with("BACKEND_DATABASE_POOL_SIZE", pool.to_string()).start_ready(context).await?;
        let clients = Refreshers::register(server.address(), CLIENTS).await?;
        for connection in 0..writers {
            register(server.address(), &loop_account(connection)).await?;
        }
        let statements = Load::Program(Program::exchanges(context, &database, writers)?);
        let refreshes = Load::Refreshes(clients.clone());
        let contenders = [
            Contender::new(format!("plain loop, {kind}, {writers} at a time"), statements),
            Contender::new(format!("refreshes of {CLIENTS} clients, {kind}"), refreshes).judged(goal),
        ];
        compare(context, Figure::Rate, "the plain loop", &contenders).await?;
        let refused = Spread::of(&[clients.refused().into()]);
        let row = Row::new(format!("refreshes refused with 503, {kind}"), "in all", refused);
        context.record(row.with_goal(Goal::AtMost(0.0)));
    }
    Ok(())
}

//! The request that clients make most: a token checked, its user looked up, the access log written.

use anyhow::Result;
use ore_harness::{Database, Request};

use crate::context::Context;
use crate::kit::{BareAnswer, ClosedLoop, Contender, Cost, ServerPlan, alternate, register, start_bare};
use crate::report::{Goal, Row};

const PATH: &str = "/api/v1/auth/me";
const UNIT: &str = "a second";
const EMAIL: &str = "me@bench.example";

pub(super) async fn run(context: &Context) -> Result<()> {
    measure(context, "SQLite", &context.sqlite("app")?).await?;
    measure(context, "PostgreSQL", &context.postgres().await?).await
}

async fn measure(context: &Context, name: &str, database: &Database) -> Result<()> {
    let plan = ServerPlan::new(name, &database.url()).at_cost(Cost::LEAST);
    let server = plan.start(context).await?;
    let token = register(&server, EMAIL).await?;
    let answer = server.send(&Request::me(&token)).await?;
    let bare = start_bare(context, BareAnswer::as_long_as(&answer)).await?;
    // Both are sent the same bytes.
    let load = |address| Contender::Requests(ClosedLoop::get(address, PATH).with_token(&token));
    let [bare, real] = alternate(context, [("bare", load(bare.address())), (name, load(server.address()))]).await?;
    context.record(Row::new(format!("bare, beside {name}"), UNIT, &bare));
    let row = Row::new(format!("GET {PATH}, {name}"), UNIT, &real).with_goal(Goal::AtLeast(0.6));
    context.record_rate(row, &real, ("bare", &bare));
    Ok(())
}

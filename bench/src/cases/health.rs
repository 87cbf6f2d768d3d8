//! The cheapest request: what middleware and the access log cost.

use anyhow::Result;
use ore_harness::Request;

use crate::context::Context;
use crate::kit::{ClosedLoop, Contender, ServerPlan, alternate, start_bare};
use crate::report::{Goal, Row};

const PATH: &str = "/health";
const UNIT: &str = "a second";

pub(super) async fn run(context: &Context) -> Result<()> {
    let plan = |name: &str| anyhow::Ok(ServerPlan::new(name, &context.sqlite(name)?.url()));
    let logging = plan("with-access-log")?.start(context).await?;
    let silent = plan("at-level-warning")?.with("BACKEND_LOG_LEVEL", "WARNING").start(context).await?;
    let bare = start_bare(context, logging.send(&Request::get(PATH)).await?.length).await?;
    let load = |address| Contender::Requests(ClosedLoop::get(address, PATH));
    let contenders = [
        ("bare", load(bare.address())),
        ("with the access log", load(logging.address())),
        ("at level WARNING", load(silent.address())),
    ];
    let [bare, logging, silent] = alternate(context, contenders).await?;
    context.record(Row::new("bare", UNIT, &bare));
    let row = Row::new("GET /health, with the access log", UNIT, &logging).with_goal(Goal::AtLeast(0.75));
    context.record_rate(row, &logging, ("bare", &bare));
    let row = Row::new("GET /health, at level WARNING", UNIT, &silent).with_goal(Goal::AtLeast(0.9));
    context.record_rate(row, &silent, ("bare", &bare));
    Ok(())
}

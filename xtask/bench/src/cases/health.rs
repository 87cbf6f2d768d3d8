//! The cheapest request: what middleware and the access log cost.

use anyhow::Result;
use ore_harness::Request;

use crate::context::Context;
use crate::kit::{BareAnswer, ClosedLoop, Contender, ServerPlan, alternate, start_bare};
use crate::report::{Goal, Row};

const PATH: &str = "/health";
const UNIT: &str = "a second";

pub(super) async fn run(context: &Context) -> Result<()> {
    let plan = |name: &str| anyhow::Ok(ServerPlan::new(name, &context.sqlite(name)?.url()));
    let logging = plan("with-access-log")?.start(context).await?;
    let silent = plan("at-level-warning")?.with("BACKEND_LOG_LEVEL", "WARNING").start(context).await?;
    let answer = logging.send(&Request::get(PATH)).await?;
    let bare = start_bare(context, BareAnswer::as_long_as(&answer)).await?;
    // What is lost to the headers of the contract, which anyone who reads them pays for too.
    let with_head = start_bare(context, BareAnswer::with_the_head_of(&answer)).await?;
    let load = |address| Contender::Requests(ClosedLoop::get(address, PATH));
    let contenders = [
        ("bare", load(bare.address())),
        ("bare, with our headers", load(with_head.address())),
        ("with the access log", load(logging.address())),
        ("at level WARNING", load(silent.address())),
    ];
    let [bare, with_head, logging, silent] = alternate(context, contenders).await?;
    context.record(Row::new("bare", UNIT, &bare));
    context.record_rate(Row::new("bare, with our headers", UNIT, &with_head), &with_head, ("bare", &bare));
    let row = Row::new("GET /health, with the access log", UNIT, &logging).with_goal(Goal::AtLeast(0.75));
    context.record_rate(row, &logging, ("bare", &bare));
    let row = Row::new("GET /health, at level WARNING", UNIT, &silent).with_goal(Goal::AtLeast(0.9));
    context.record_rate(row, &silent, ("bare", &bare));
    Ok(())
}

//! The cheapest request: what middleware and the access log cost.

use anyhow::Result;
use ore_harness::{ClosedLoop, Request, Service};

use crate::context::Context;
use crate::kit::{Contender, Cost, Figure, Load, compare, service, start_bare};
use crate::report::Goal;

const PATH: &str = "/health";

pub(super) async fn run(context: &Context) -> Result<()> {
    let plan = |name: &str| anyhow::Ok(service(name, &context.sqlite(name)?.url(), Cost::DEFAULT));
    let logging = plan("with-access-log")?.start_ready(context).await?;
    let silent = plan("at-level-warning")?.with("BACKEND_LOG_LEVEL", "WARNING").start_ready(context).await?;
    let answer = logging.expect(200, &Request::get(PATH)).await?;
    let bare = start_bare(context, &answer, false).await?;
    // What is lost to the headers of the contract, which anyone who reads them pays for too.
    let with_head = start_bare(context, &answer, true).await?;
    let contender =
        |name: &str, server: &Service| Contender::new(name, Load::Requests(ClosedLoop::get(server.address(), PATH)));
    let contenders = [
        contender("bare", &bare),
        contender("bare, with our headers", &with_head),
        contender("GET /health, with the access log", &logging).judged(Goal::AtLeast(0.75)),
        contender("GET /health, at level WARNING", &silent).judged(Goal::AtLeast(0.9)),
    ];
    compare(context, Figure::Rate, "bare", &contenders).await.map(drop)
}

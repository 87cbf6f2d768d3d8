//! What a request costs when more workers serve. The load needs cores too, so what counts is the processors' time for
//! each request, which stays the same as long as workers do not get in each other's way.

use anyhow::Result;
use ore_harness::{cores, register};

use crate::context::Context;
use crate::kit::{Beside, Contender, Cost, Figure, Ratio, compare, service};
use crate::report::Goal;

const PATH: &str = "/api/v1/auth/me";

pub(super) async fn run(context: &Context) -> Result<()> {
    let (mut servers, mut contenders) = (Vec::new(), Vec::new());
    for workers in 1..=cores() {
        let name = format!("{workers}-workers");
        let plan = service(&name, &context.sqlite(&name)?.url(), Cost::LEAST);
        let server = plan.with("BACKEND_WORKERS", workers.to_string()).start_ready(context).await?;
        let token = register(server.address(), "workers@bench.example").await?.access;
        let ratio = if workers == 1 { Ratio::Hidden } else { Ratio::Judged(Goal::AtMost(1.1)) };
        let what = format!("processor time of GET {PATH}, {workers} workers");
        contenders.push((what, Contender::get(&server, PATH, &token), ratio));
        servers.push(server);
    }
    let servers: Vec<_> = servers.iter().map(|server| vec![server]).collect();
    compare(context, Figure::Cost(&servers), Beside::Figure("1 worker"), contenders).await.map(drop)
}

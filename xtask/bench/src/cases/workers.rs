//! What a request costs when more workers serve. The load needs cores too, so what counts is the processors' time for
//! each request, which stays the same as long as workers do not get in each other's way.

use std::slice::from_ref;

use anyhow::Result;
use ore_harness::{cores, register};

use crate::context::Context;
use crate::kit::{Contender, Cost, EMAIL, Figure, Load, ME, compare, service};
use crate::report::Goal;

pub(super) async fn run(context: &Context) -> Result<()> {
    let (mut servers, mut contenders) = (Vec::new(), Vec::new());
    for workers in 1..=cores() {
        let name = format!("{workers}-workers");
        let plan = service(&name, &context.sqlite(&name)?.url(), Cost::LEAST);
        let server = plan.with("BACKEND_WORKERS", workers.to_string()).start_ready(context).await?;
        let token = register(server.address(), EMAIL).await?.access;
        let what = format!("processor time of GET {ME}, {workers} workers");
        let contender = Contender::new(what, Load::me(&server, &token)).costing(from_ref(&server));
        contenders.push(contender.judged(Goal::AtMost(1.1)));
        servers.push(server);
    }
    compare(context, Figure::Cost, "1 worker", &contenders).await.map(drop)
}

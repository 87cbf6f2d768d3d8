//! What a request costs when more workers serve. The load needs cores too, so what counts is the processors' time for
//! each request, which stays the same as long as workers do not get in each other's way.

use anyhow::Result;
use ore_harness::processor_time;

use crate::context::Context;
use crate::kit::{ClosedLoop, Cost, ServerPlan, register};
use crate::report::{Goal, Row, Spread, cores};

const PATH: &str = "/api/v1/auth/me";
const EMAIL: &str = "workers@bench.example";

pub(super) async fn run(context: &Context) -> Result<()> {
    let mut servers = Vec::new();
    for workers in 1..=cores() {
        let name = format!("{workers}-workers");
        let plan = ServerPlan::new(&name, &context.sqlite(&name)?.url())
            .with("BACKEND_WORKERS", workers.to_string())
            .at_cost(Cost::LEAST);
        let server = plan.start(context).await?;
        let token = register(&server, EMAIL).await?;
        servers.push((workers, ClosedLoop::get(server.address(), PATH).with_token(&token), server, Vec::new()));
    }
    for round in 1..=context.rounds() {
        for (workers, load, server, costs) in &mut servers {
            context.step(&format!("{workers} workers, round {round} of {}", context.rounds()));
            let before = processor_time(server.process())?;
            let outcome = load.run(context, context.time()).await?;
            let spent = processor_time(server.process())?.saturating_sub(before);
            #[expect(clippy::cast_precision_loss, reason = "a number of requests is far below 2^52")]
            costs.push(spent.as_secs_f64() * 1_000_000.0 / outcome.requests as f64);
        }
    }
    let one = servers.first().map(|(.., costs)| costs.clone()).unwrap_or_default();
    for (workers, .., costs) in &servers {
        let row = Row::new(format!("processor time of GET {PATH}, {workers} workers"), "µs", costs);
        let is_compared = *workers > 1;
        let compared = |row: Row| row.compared("1 worker", Spread::of_ratios(costs, &one)).with_goal(Goal::AtMost(1.1));
        context.record(if is_compared { compared(row) } else { row });
    }
    Ok(())
}

//! What those who are logged in notice of a flood of log-ins.

use std::time::Duration;

use anyhow::{Result, ensure};
use ore_harness::Request;
use tokio::time::sleep;

use crate::context::Context;
use crate::kit::{Cost, Crowd, OpenLoop, PASSWORD, Server, ServerPlan, register};
use crate::report::{Goal, Row, Spread};

const PATH: &str = "/api/v1/auth/me";
const EMAIL: &str = "flood@bench.example";

/// Requests a second of those who are logged in: enough for a p99, and far from what the service can bear.
const RATE: u32 = 500;

/// So short that not all of the clients could be served, on however many cores.
const HASH_WAIT_SECONDS: &str = "0.5";

/// Until all slots hash and the queue is full.
const UNTIL_FULL: Duration = Duration::from_millis(500);

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.sqlite("app")?;
    let plan = ServerPlan::new("service", &database.url()).at_cost(Cost::DEFAULT);
    let plan = plan.with("BACKEND_HASH_WAIT_SECONDS", HASH_WAIT_SECONDS);
    let server = plan.start(context).await?;
    let token = register(&server, EMAIL).await?;
    let clients = context.choose(100, 500);
    let (mut rest, mut flood) = (Vec::new(), Vec::new());
    for round in 1..=context.rounds() {
        context.step(&format!("at rest, round {round} of {}", context.rounds()));
        rest.push(p99(context, &server, &token).await?);
        context.step(&format!("during the flood, round {round} of {}", context.rounds()));
        let crowd = Crowd::start(server.address(), clients, &Request::login(EMAIL, PASSWORD));
        sleep(UNTIL_FULL).await;
        flood.push(p99(context, &server, &token).await?);
        let statuses = crowd.stop().await?;
        ensure!(statuses.len() > 1 && statuses.contains_key(&200), "the flood was none: {statuses:?}");
    }
    context.record(Row::new(format!("p99 of GET {PATH} at rest"), "µs", &rest));
    let row = Row::new(format!("p99 of GET {PATH} while {clients} clients log in"), "µs", &flood);
    context.record(row.compared("that at rest", Spread::of_ratios(&flood, &rest)).with_goal(Goal::AtMost(5.0)));
    Ok(())
}

async fn p99(context: &Context, server: &Server, token: &str) -> Result<f64> {
    let time = context.choose(2 * context.time(), 2 * context.time());
    let load = OpenLoop { server: server.address(), path: PATH, token: token.to_owned(), rate: RATE, time };
    Ok(load.run().await?.quantile(0.99))
}

//! What those who are logged in notice of a flood of log-ins.

use std::time::Duration;

use anyhow::{Result, ensure};
use ore_harness::{Service, register};
use tokio::time::sleep;

use crate::context::Context;
use crate::kit::{Cost, EMAIL, ME, OpenLoop, microseconds, service, start_log_ins};
use crate::report::{Goal, Row, Spread};

/// Requests a second of those who are logged in: enough for a p99, and far from what the service can bear.
const RATE: u32 = 500;

/// So short that not all of the clients could be served, on however many cores.
const HASH_WAIT_SECONDS: &str = "0.5";

/// Until all slots hash and the queue is full.
const UNTIL_FULL: Duration = Duration::from_millis(500);

pub(super) async fn run(context: &Context) -> Result<()> {
    let plan = service("service", &context.sqlite("app")?.url(), Cost::DEFAULT);
    let server = plan.with("BACKEND_HASH_WAIT_SECONDS", HASH_WAIT_SECONDS).start_ready(context).await?;
    let token = register(server.address(), EMAIL).await?.access;
    let clients = context.choose(100, 500);
    let (mut rest, mut flood) = (Vec::new(), Vec::new());
    for round in 1..=context.pace.rounds {
        context.step(&format!("at rest, round {round} of {}", context.pace.rounds));
        rest.push(p99(context, &server, &token).await?);
        context.step(&format!("during the flood, round {round} of {}", context.pace.rounds));
        let load = start_log_ins(server.address(), clients);
        sleep(UNTIL_FULL).await;
        flood.push(p99(context, &server, &token).await?);
        let statuses = load.stop().await?;
        ensure!(statuses.len() > 1 && statuses.contains_key(&200), "the flood was none: {statuses:?}");
    }
    context.record(Row::new(format!("p99 of GET {ME} at rest"), "µs", Spread::of(&rest)));
    let row = Row::new(format!("p99 of GET {ME} while {clients} clients log in"), "µs", Spread::of(&flood));
    context.record(row.compared("that at rest", Spread::of_ratios(&flood, &rest), Some(Goal::AtMost(5.0))));
    Ok(())
}

async fn p99(context: &Context, server: &Service, token: &str) -> Result<f64> {
    let time = 2 * context.time();
    let load = OpenLoop { server: server.address(), token: token.to_owned(), rate: RATE, time };
    Ok(microseconds(&load.run().await?.times, 0.99))
}

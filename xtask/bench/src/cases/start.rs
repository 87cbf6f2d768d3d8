//! How soon a process serves.

use anyhow::Result;

use crate::context::Context;
use crate::kit::{Cost, service};
use crate::report::{Row, Spread};

pub(super) async fn run(context: &Context) -> Result<()> {
    let (mut empty, mut again) = (Vec::new(), Vec::new());
    for round in 1..=context.pace.rounds {
        context.step(&format!("round {round} of {}", context.pace.rounds));
        let plan = service("service", &context.sqlite(&format!("round-{round}"))?.url(), Cost::DEFAULT);
        for times in [&mut empty, &mut again] {
            times.push(plan.start_ready(context).await?.started_in.as_secs_f64() * 1000.0);
        }
    }
    context.record(Row::new("start to ready, SQLite, empty: with all migrations", "ms", Spread::of(&empty)));
    context.record(Row::new("start to ready, SQLite, migrated", "ms", Spread::of(&again)));
    Ok(())
}

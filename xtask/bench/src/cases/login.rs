//! What a log-in costs beyond its hash.

use anyhow::Result;
use ore_harness::register;

use crate::context::Context;
use crate::kit::{Beside, Contender, Cost, Figure, Program, Ratio, compare, log_in_as, service};
use crate::report::{Goal, Row, Spread};

const EMAIL: &str = "login@bench.example";

pub(super) async fn run(context: &Context) -> Result<()> {
    for cost in [Cost::DEFAULT, Cost::PRODUCTION_MINIMUM] {
        measure(context, cost).await?;
    }
    Ok(())
}

async fn measure(context: &Context, cost: Cost) -> Result<()> {
    let name = cost.to_string();
    let server = service(&name, &context.sqlite(&name)?.url(), cost).start_ready(context).await?;
    register(server.address(), EMAIL).await?;
    let what = format!("log-ins, {cost}");
    let bound = Contender::Program(Program::rust_hashes(context, cost)?);
    let log_ins = Contender::log_ins(server.address(), log_in_as(EMAIL));
    let mut contenders = vec![
        (format!("plain loop, {cost}"), bound, Ratio::Hidden),
        (what.clone(), log_ins, Ratio::Judged(Goal::AtLeast(0.95))),
    ];
    let library = Program::c_hashes(context, cost).map(|program| {
        contenders.push((format!("C library of argon2-cffi, {cost}"), Contender::Program(program), Ratio::Hidden));
    });
    let rates = compare(context, Figure::Rate, Beside::Figure("the plain loop"), contenders).await?;
    library?;
    let row = Row::new(what, "a second", &rates[1]).with_goal(Goal::AtLeast(1.5));
    context.record(row.compared("the C library", Spread::of_ratios(&rates[1], &rates[2])));
    Ok(())
}

//! What a log-in costs beyond its hash.

use anyhow::Result;
use ore_harness::register;

use crate::context::Context;
use crate::kit::{Contender, Cost, EMAIL, Figure, Load, Program, compare, log_ins_of_one, service};
use crate::report::{Goal, Row, Spread};

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
    let [plain, library] = [Program::rust_hashes(context, cost)?, Program::c_hashes(context, cost)?].map(Load::Program);
    let contenders = [
        Contender::new(format!("plain loop, {cost}"), plain),
        Contender::new(&what, Load::log_ins(&server, log_ins_of_one())).judged(Goal::AtLeast(0.95)),
        Contender::new(format!("C library of argon2-cffi, {cost}"), library),
    ];
    let rates = compare(context, Figure::Rate, "the plain loop", &contenders).await?;
    let row = Row::new(what, "a second", Spread::of(&rates[1]));
    let ratio = Spread::of_ratios(&rates[1], &rates[2]);
    context.record(row.compared("the C library", ratio, Some(Goal::AtLeast(1.5))));
    Ok(())
}

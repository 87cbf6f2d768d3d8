//! What a change costs: the service beside another build of it, each on a database of its own.

use anyhow::Result;
use ore_harness::{Database, Service, register};

use crate::context::Context;
use crate::kit::{Contender, Cost, Refreshers, compare_times, log_in_as, service};

const PATH: &str = "/api/v1/auth/me";
const EMAIL: &str = "user@bench.example";
const CLIENTS: usize = 64;

pub(super) async fn run(context: &Context) -> Result<()> {
    measure(context, "SQLite", [context.sqlite("this")?, context.sqlite("other")?]).await?;
    measure(context, "PostgreSQL", [context.postgres()?, context.postgres()?]).await
}

async fn measure(context: &Context, name: &str, [this, other]: [Database; 2]) -> Result<()> {
    let plan =
        |what: &str, database: &Database| service(format!("{name}-{what}"), &database.url(), Cost::PRODUCTION_MINIMUM);
    let this = plan("this", &this).start_ready(context).await?;
    let other = plan("other", &other).running(context.tools.get("predecessor")?).start_ready(context).await?;
    let what = [
        format!("GET {PATH}, {name}"),
        format!("log-ins, {}, {name}", Cost::PRODUCTION_MINIMUM),
        format!("refreshes of {CLIENTS} clients, {name}"),
    ];
    for ((what, this), other) in what.into_iter().zip(loads(&this).await?).zip(loads(&other).await?) {
        let other = (format!("{what}, the other build"), other);
        compare_times(context, other, (what, this), "the time of the other build").await?;
    }
    Ok(())
}

/// The same for each of the builds.
async fn loads(server: &Service) -> Result<[Contender; 3]> {
    let token = register(server.address(), EMAIL).await?.access;
    Ok([
        Contender::get(server, PATH, &token),
        Contender::log_ins(server.address(), log_in_as(EMAIL)),
        Contender::Refreshes(Refreshers::register(server.address(), CLIENTS).await?),
    ])
}

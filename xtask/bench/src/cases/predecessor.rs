//! What a change costs: the service beside another build of it, each on a database of its own.

use anyhow::Result;
use ore_harness::{Database, Service, register};

use crate::context::Context;
use crate::kit::{Contender, Cost, compare_times, log_in_as, service, three_loads};

const EMAIL: &str = "user@bench.example";

pub(super) async fn run(context: &Context) -> Result<()> {
    measure(context, "SQLite", [context.sqlite("this")?, context.sqlite("other")?]).await?;
    measure(context, "PostgreSQL", [context.postgres()?, context.postgres()?]).await
}

async fn measure(context: &Context, name: &str, [this, other]: [Database; 2]) -> Result<()> {
    let plan =
        |what: &str, database: &Database| service(format!("{name}-{what}"), &database.url(), Cost::PRODUCTION_MINIMUM);
    let this = plan("this", &this).start_ready(context).await?;
    let other = plan("other", &other).running(context.tools.get("predecessor")?).start_ready(context).await?;
    for (this, (what, other)) in loads(&this, name).await?.into_iter().zip(loads(&other, name).await?) {
        let other = (format!("{what}, the other build"), other);
        compare_times(context, other, this, "the time of the other build").await?;
    }
    Ok(())
}

/// The same for each of the builds.
async fn loads(server: &Service, name: &str) -> Result<[(String, Contender); 3]> {
    let token = register(server.address(), EMAIL).await?.access;
    three_loads(server, (&token, log_in_as(EMAIL)), (Cost::PRODUCTION_MINIMUM, name)).await
}

//! What a change costs: the service beside another build of it, each on a database of its own.

use anyhow::Result;
use ore_harness::{Database, Service, register};

use crate::context::{Context, DatabaseKind};
use crate::kit::{Contender, Cost, EMAIL, compare_times, log_ins_of_one, service, three_loads};

const COST: Cost = Cost::PRODUCTION_MINIMUM;

pub(super) async fn run(context: &Context) -> Result<()> {
    let predecessor = context.tools.get("predecessor")?;
    for kind in DatabaseKind::ALL {
        let [this, other] = [context.database(kind, "this")?, context.database(kind, "other")?];
        let plan = |what: &str, database: &Database| service(format!("{kind}-{what}"), &database.url(), COST);
        let this = plan("this", &this).start_ready(context).await?;
        let other = plan("other", &other).running(predecessor).start_ready(context).await?;
        let others = loads(&other, &format!("{kind}, the other build")).await?;
        compare_times(context, others, loads(&this, &kind.to_string()).await?, "the time of the other build").await?;
    }
    Ok(())
}

/// The same for each of the builds.
async fn loads(server: &Service, on: &str) -> Result<Vec<Contender>> {
    let token = register(server.address(), EMAIL).await?.access;
    three_loads(server, (&token, log_ins_of_one()), (COST, on)).await
}

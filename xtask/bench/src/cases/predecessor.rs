//! What a change costs: the service beside another build of it, each on a database of its own.

use anyhow::Result;
use ore_harness::Database;

use crate::context::Context;
use crate::kit::{ClosedLoop, Contender, Cost, Refreshers, Server, ServerPlan, alternate, log_in_as, register};
use crate::report::{Goal, Row, Spread, cores};

const PATH: &str = "/api/v1/auth/me";
const UNIT: &str = "a second";
const EMAIL: &str = "user@bench.example";
const CLIENTS: usize = 64;

/// As in the case `login`.
const CONNECTIONS_PER_CORE: usize = 2;

pub(super) async fn run(context: &Context) -> Result<()> {
    measure(context, "SQLite", [&context.sqlite("this")?, &context.sqlite("other")?]).await?;
    measure(context, "PostgreSQL", [&context.postgres().await?, &context.postgres().await?]).await
}

async fn measure(context: &Context, name: &str, [this, other]: [&Database; 2]) -> Result<()> {
    let plan = |what: &str, database: &Database| {
        ServerPlan::new(format!("{name}-{what}"), &database.url()).at_cost(Cost::PRODUCTION_MINIMUM)
    };
    let this = plan("this", this).start(context).await?;
    let other = plan("other", other).of_build(context.tools().get("predecessor")?).start(context).await?;
    let [this, other] = [Loads::prepare(context, &this).await?, Loads::prepare(context, &other).await?];
    let log_ins = format!("log-ins, {}, {name}", Cost::PRODUCTION_MINIMUM);
    compare(context, &format!("GET {PATH}, {name}"), this.me, other.me).await?;
    compare(context, &log_ins, this.log_ins, other.log_ins).await?;
    compare(context, &format!("refreshes of {CLIENTS} clients, {name}"), this.refreshes, other.refreshes).await
}

async fn compare(context: &Context, what: &str, this: Contender, other: Contender) -> Result<()> {
    let [rates, others] = alternate(context, [(what, this), (&format!("{what}, the other build"), other)]).await?;
    context.record(Row::new(format!("{what}, the other build"), UNIT, &others));
    let row = Row::new(what, UNIT, &rates).with_goal(Goal::AtMost(1.05));
    context.record(row.compared("the time of the other build", Spread::of_ratios(&others, &rates)));
    Ok(())
}

/// The same for each of the builds.
struct Loads {
    me: Contender,
    log_ins: Contender,
    refreshes: Contender,
}

impl Loads {
    async fn prepare(context: &Context, server: &Server) -> Result<Self> {
        let token = register(server, EMAIL).await?;
        let log_ins = ClosedLoop::scripted(server.address(), log_in_as(context, "login", EMAIL)?);
        Ok(Self {
            me: Contender::Requests(ClosedLoop::get(server.address(), PATH).with_token(&token)),
            log_ins: Contender::Requests(log_ins.on_connections(CONNECTIONS_PER_CORE * cores())),
            refreshes: Contender::Refreshes(Refreshers::register(server, CLIENTS).await?),
        })
    }
}

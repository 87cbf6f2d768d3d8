//! What the number of users costs.

use anyhow::{Result, bail};
use ore_harness::Database;

use crate::context::Context;
use crate::kit::{
    ClosedLoop, Contender, Cost, Server, ServerPlan, alternate_all, each_in_turn, fill, log_in, random_log_ins,
    register, stored_hash,
};
use crate::report::{Goal, Row, Spread, cores};

const PATH: &str = "/api/v1/auth/me";
const UNIT: &str = "a second";
const FEW: u64 = 1_000;

/// Users whose tokens are shown in turn, spread over all numbers. Their hashes are cheap, since each has to log in once;
/// the log-ins that are measured are those of the others.
const TOKENS: u64 = 500;

/// As in the case `login`.
const CONNECTIONS_PER_CORE: usize = 2;

pub(super) async fn run(context: &Context) -> Result<()> {
    let counts = counts(context);
    let databases: Result<Vec<Database>> = counts.iter().map(|count| context.sqlite(&count.to_string())).collect();
    measure(context, "SQLite", &counts, &databases?).await?;
    let mut databases = Vec::new();
    for _ in &counts {
        databases.push(context.postgres().await?);
    }
    measure(context, "PostgreSQL", &counts, &databases).await
}

/// Few first, many last, and powers of ten between.
fn counts(context: &Context) -> Vec<u64> {
    let many = context.users();
    let powers = (0..).map(|power| FEW * 10_u64.pow(power));
    powers.take_while(|count| *count < many).chain([many]).collect()
}

async fn measure(context: &Context, name: &str, counts: &[u64], databases: &[Database]) -> Result<()> {
    let mut populations = Vec::new();
    for (count, database) in counts.iter().zip(databases) {
        populations.push(Population::start(context, database, &format!("{name}-{count}"), *count).await?);
    }
    let contenders = |what: &str, load: fn(&Population) -> &ClosedLoop| -> Vec<(String, Contender)> {
        let loads = populations.iter().zip(counts);
        loads.map(|(it, count)| (format!("{what}, {count} users"), Contender::Requests(load(it).clone()))).collect()
    };
    let me = alternate_all(context, &contenders("/me", |it| &it.me)).await?;
    let log_ins = alternate_all(context, &contenders("log-ins", |it| &it.log_ins)).await?;
    record(context, &format!("GET {PATH}, {name}"), counts, &me);
    record(context, &format!("log-ins, {}, {name}", Cost::PRODUCTION_MINIMUM), counts, &log_ins);
    Ok(())
}

/// The time with many is to that with few as the rate with few is to that with many.
fn record(context: &Context, what: &str, counts: &[u64], rates: &[Vec<f64>]) {
    let few = &rates[0];
    for (count, rates) in counts.iter().zip(rates) {
        let row = Row::new(format!("{what}, {count} users"), UNIT, rates);
        let compared = |row: Row| row.compared(format!("the time with {FEW}"), Spread::of_ratios(few, rates));
        context.record(match *count {
            FEW => row,
            count if count == context.users() => compared(row).with_goal(Goal::AtMost(1.05)),
            _ => compared(row),
        });
    }
}

/// A service with some users, and its loads.
struct Population {
    me: ClosedLoop,
    log_ins: ClosedLoop,
    /// Ends with the value.
    _server: Server,
}

impl Population {
    async fn start(context: &Context, database: &Database, name: &str, count: u64) -> Result<Self> {
        let stride = count / TOKENS;
        let tokens = Self::fill(context, database, name, count, stride).await?;
        let server = plan(database, name, Cost::PRODUCTION_MINIMUM).start(context).await?;
        let me = each_in_turn(context, &format!("{name}-me"), PATH, &tokens)?;
        let log_ins = random_log_ins(context, &format!("{name}-login"), count, stride)?;
        Ok(Self {
            me: ClosedLoop::scripted(server.address(), me),
            log_ins: ClosedLoop::scripted(server.address(), log_ins).on_connections(CONNECTIONS_PER_CORE * cores()),
            _server: server,
        })
    }

    /// Returns the tokens of some of them.
    async fn fill(context: &Context, database: &Database, name: &str, count: u64, stride: u64) -> Result<Vec<String>> {
        context.step(&format!("{name}, filling in {count} users"));
        let dear = plan(database, name, Cost::PRODUCTION_MINIMUM).start(context).await?;
        register(&dear, "dear@bench.example").await?;
        drop(dear);
        let server = plan(database, name, Cost::LEAST).start(context).await?;
        register(&server, "cheap@bench.example").await?;
        let (dear, cheap) =
            (stored_hash(database, "dear@bench.example")?, stored_hash(database, "cheap@bench.example")?);
        if dear == cheap {
            bail!("both hashes cost the same");
        }
        fill(database, count, &dear, (stride, &cheap))?;
        let mut tokens = Vec::new();
        for number in (1..=TOKENS).map(|index| index * stride) {
            tokens.push(log_in(&server, &format!("user-{number}@bench.example")).await?);
        }
        Ok(tokens)
    }
}

fn plan(database: &Database, name: &str, cost: Cost) -> ServerPlan {
    ServerPlan::new(name, &database.url()).at_cost(cost)
}

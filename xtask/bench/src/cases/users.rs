//! What the number of users costs.

use anyhow::{Result, ensure};
use ore_harness::{ClosedLoop, Database, Service, log_in, register};

use crate::context::Context;
use crate::kit::{Beside, Contender, Cost, Figure, Ratio, compare, fill, random_log_ins, service, stored_hash};
use crate::report::Goal;

const PATH: &str = "/api/v1/auth/me";
const FEW: u64 = 1_000;

/// Users whose tokens are shown in turn, spread over all numbers. Their hashes are cheap, since each has to log in once;
/// the log-ins that are measured are those of the others.
const TOKENS: u64 = 500;

/// A script of `wrk` that shows each of its tokens in turn.
const IN_TURN: &str = r#"local requests = {}
local last = 0
function init()
    for index, token in ipairs(tokens) do
        requests[index] = wrk.format("GET", "PATH", {["Authorization"] = "Bearer " .. token})
    end
end
function request()
    last = last % #requests + 1
    return requests[last]
end
"#;

pub(super) async fn run(context: &Context) -> Result<()> {
    let counts = counts(context.pace.users);
    let databases: Result<Vec<Database>> = counts.iter().map(|count| context.sqlite(&count.to_string())).collect();
    measure(context, "SQLite", &counts, &databases?).await?;
    let mut databases = Vec::new();
    for _ in &counts {
        databases.push(context.postgres()?);
    }
    measure(context, "PostgreSQL", &counts, &databases).await
}

/// Few first, many last, and powers of ten between.
fn counts(many: u64) -> Vec<u64> {
    let powers = (0..).map(|power| FEW * 10_u64.pow(power));
    powers.take_while(|count| *count < many).chain([many]).collect()
}

async fn measure(context: &Context, name: &str, counts: &[u64], databases: &[Database]) -> Result<()> {
    let (mut me, mut log_ins, mut servers) = (Vec::new(), Vec::new(), Vec::new());
    for (&count, database) in counts.iter().zip(databases) {
        let stride = count / TOKENS;
        let tokens = fill_in(context, database, &format!("{name}-{count}"), count).await?;
        let server = plan(database, &format!("{name}-{count}"), Cost::PRODUCTION_MINIMUM).start_ready(context).await?;
        let ratio = || match count {
            FEW => Ratio::Hidden,
            count if count == context.pace.users => Ratio::Judged(Goal::AtMost(1.05)),
            _ => Ratio::Shown,
        };
        let script = format!("local tokens = {{\"{}\"}}\n{}", tokens.join("\", \""), IN_TURN.replace("PATH", PATH));
        let load = Contender::Requests(ClosedLoop::scripted(server.address(), script));
        me.push((format!("GET {PATH}, {name}, {count} users"), load, ratio()));
        let load = Contender::log_ins(server.address(), random_log_ins(count, stride));
        log_ins.push((format!("log-ins, {}, {name}, {count} users", Cost::PRODUCTION_MINIMUM), load, ratio()));
        servers.push(server);
    }
    // The time with many is to that with few as the rate with few is to that with many.
    let with = format!("the time with {FEW}");
    for contenders in [me, log_ins] {
        compare(context, Figure::Rate, Beside::Time(&with), contenders).await?;
    }
    Ok(())
}

/// Returns the tokens of some of them.
async fn fill_in(context: &Context, database: &Database, name: &str, count: u64) -> Result<Vec<String>> {
    context.step(&format!("{name}, filling in {count} users"));
    let register_at = async |cost, email: &str| -> Result<(Service, String)> {
        let server = plan(database, name, cost).start_ready(context).await?;
        register(server.address(), email).await?;
        Ok((server, stored_hash(database, email)?))
    };
    let (_, dear) = register_at(Cost::PRODUCTION_MINIMUM, "dear@bench.example").await?;
    let (server, cheap) = register_at(Cost::LEAST, "cheap@bench.example").await?;
    ensure!(dear != cheap, "both hashes cost the same");
    let stride = count / TOKENS;
    fill(database, count, &dear, (stride, &cheap))?;
    let mut tokens = Vec::new();
    for number in (1..=TOKENS).map(|index| index * stride) {
        tokens.push(log_in(server.address(), &format!("user-{number}@bench.example")).await?.access);
    }
    Ok(tokens)
}

fn plan(database: &Database, name: &str, cost: Cost) -> ore_harness::ServicePlan {
    service(name, &database.url(), cost)
}

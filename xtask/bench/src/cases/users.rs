//! What the number of users costs.

use anyhow::{Result, ensure};
use ore_harness::{ClosedLoop, Database, Service, log_in, register};

use crate::context::{Context, DatabaseKind};
use crate::kit::{Contender, Cost, Figure, Load, ME, compare, fill, random_log_ins, service, stored_hash};
use crate::report::Goal;

const FEW: u64 = 1_000;

/// Users whose tokens are shown in turn, spread over all numbers. Their hashes are cheap, since each has to log in once;
/// the log-ins that are measured are those of the others.
const TOKENS: u64 = 500;

/// Shows each of its tokens in turn.
const IN_TURN: &str = include_str!("in_turn.lua");

pub(super) async fn run(context: &Context) -> Result<()> {
    for kind in DatabaseKind::ALL {
        measure(context, kind, &counts(context.pace.users)).await?;
    }
    Ok(())
}

/// Few first, many last, and powers of ten between.
fn counts(many: u64) -> Vec<u64> {
    let powers = (0..).map(|power| FEW * 10_u64.pow(power));
    powers.take_while(|count| *count < many).chain([many]).collect()
}

async fn measure(context: &Context, kind: DatabaseKind, counts: &[u64]) -> Result<()> {
    let (mut me, mut log_ins, mut services) = (Vec::new(), Vec::new(), Vec::new());
    for &count in counts {
        let (name, stride) = (format!("{kind}, {count} users"), count / TOKENS);
        let database = context.database(kind, &count.to_string())?;
        let tokens = fill_in(context, &database, &name, count).await?;
        let server = service(&name, &database.url(), Cost::PRODUCTION_MINIMUM).start_ready(context).await?;
        let judged = |it: Contender| if count == context.pace.users { it.judged(Goal::AtMost(1.05)) } else { it };
        let script = format!("local path, tokens = '{ME}', {{'{}'}}\n{IN_TURN}", tokens.join("', '"));
        let load = Load::Requests(ClosedLoop::scripted(server.address(), script));
        me.push(judged(Contender::new(format!("GET {ME}, {name}"), load)));
        let load = Load::log_ins(&server, random_log_ins(count, stride));
        log_ins.push(judged(Contender::new(format!("log-ins, {}, {name}", Cost::PRODUCTION_MINIMUM), load)));
        services.push((server, database));
    }
    for contenders in [me, log_ins] {
        compare(context, Figure::Time, &format!("the time with {FEW}"), &contenders).await?;
    }
    Ok(())
}

/// Returns the tokens of some of them.
async fn fill_in(context: &Context, database: &Database, name: &str, count: u64) -> Result<Vec<String>> {
    context.step(&format!("{name}, filling in"));
    let register_at = async |cost, email: &str| -> Result<(Service, String)> {
        let server = service(name, &database.url(), cost).start_ready(context).await?;
        register(server.address(), email).await?;
        Ok((server, stored_hash(database, email)?))
    };
    let (_, dear) = register_at(Cost::PRODUCTION_MINIMUM, "dear@bench.example").await?;
    let (server, cheap) = register_at(Cost::LEAST, "cheap@bench.example").await?;
    ensure!(dear != cheap, "both hashes cost the same");
    let stride = count / TOKENS;
    fill(database, count, &format!("CASE WHEN n % {stride} = 0 THEN '{cheap}' ELSE '{dear}' END"))?;
    let mut tokens = Vec::new();
    for number in (1..=TOKENS).map(|index| index * stride) {
        tokens.push(log_in(server.address(), &format!("user-{number}@bench.example")).await?.access);
    }
    Ok(tokens)
}

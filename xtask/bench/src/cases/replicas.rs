//! What a request costs when more replicas serve behind haproxy. The load, the proxy and the database need the processors too.
//! So each replica has a small part of one and as many clients as a single one has, and the figure is the processor time of the
//! replicas for each request: it stays the same as long as they do not get in each other's way.

use anyhow::{Context as _, Result};
use ore_harness::{ClosedLoop, CpuQuota, Daemon, Database, Service, register, start_haproxy};

use crate::context::Context;
use crate::kit::{Beside, Contender, Cost, Figure, Ratio, Refreshers, compare, log_in_as, service};
use crate::report::Goal;

const PATH: &str = "/api/v1/auth/me";
const EMAIL: &str = "replicas@bench.example";
const COUNTS: [usize; 3] = [1, 2, 4];
/// Of each replica.
const CLIENTS: usize = 16;
/// Of each replica. More would be refused.
const WHO_LOG_IN: usize = 2;
/// Of one processor, for each replica: little, so that no proxy and no load on the same processors limits.
const PERCENT: u32 = 10;
/// As haproxy is deployed with it.
const PROXY: [(&str, &str); 2] = [("BACKEND_TRUSTED_PROXIES", "127.0.0.1/32"), ("BACKEND_WORKERS", "1")];
const CALLS: [&str; 3] = ["GET /api/v1/auth/me", "log-ins, m=8,t=1,p=1", "refreshes"];

/// Replicas on one PostgreSQL behind a haproxy of their own, all of which end with the value.
struct Set {
    servers: Vec<Service>,
    /// None where the system gives us none.
    quotas: Option<Vec<CpuQuota>>,
    _proxy: Daemon,
    _database: Database,
}

pub(super) async fn run(context: &Context) -> Result<()> {
    let (mut sets, mut of_calls) = (Vec::new(), CALLS.map(|_| Vec::new()));
    for count in COUNTS {
        let (set, loads) = start(context, count).await?;
        let share = set
            .quotas
            .as_ref()
            .map_or_else(|| " without quotas".to_owned(), |_| format!(" with {PERCENT} % of a processor each"));
        sets.push(set);
        for ((call, load), contenders) in CALLS.iter().zip(loads).zip(&mut of_calls) {
            let ratio = if count == 1 { Ratio::Hidden } else { Ratio::Judged(Goal::AtMost(1.1)) };
            contenders.push((format!("processor time of {call}, {count} replicas{share}"), load, ratio));
        }
    }
    let servers: Vec<_> = sets.iter().map(|set| set.servers.iter().collect()).collect();
    for contenders in of_calls {
        compare(context, Figure::Cost(&servers), Beside::Figure("1 replica"), contenders).await?;
    }
    Ok(())
}

async fn start(context: &Context, count: usize) -> Result<(Set, [Contender; 3])> {
    let database = context.postgres()?;
    let mut servers = Vec::new();
    for number in 1..=count {
        let plan = service(format!("{count}-replicas-{number}"), &database.url(), Cost::LEAST).with_all(&PROXY);
        servers.push(plan.with("BACKEND_REPLICAS", count.to_string()).start_ready(context).await?);
    }
    let ports: Vec<u16> = servers.iter().map(|server| server.address().port()).collect();
    let (address, proxy) = start_haproxy(context, &ports)?;
    let first = servers.first().context("no replica")?.address();
    let token = register(first, EMAIL).await?.access;
    let refreshers = Refreshers::register(first, CLIENTS * count).await?.through(address);
    let loads = [
        Contender::Requests(ClosedLoop::get(address, PATH).with_token(&token).on_connections(CLIENTS * count)),
        Contender::Requests(ClosedLoop::scripted(address, log_in_as(EMAIL)).on_connections(WHO_LOG_IN * count)),
        Contender::Refreshes(refreshers),
    ];
    let quotas = quotas(&servers)?;
    Ok((Set { servers, quotas, _proxy: proxy, _database: database }, loads))
}

/// One for each, which is in force from now on.
fn quotas(servers: &[Service]) -> Result<Option<Vec<CpuQuota>>> {
    let quotas: Option<Vec<_>> =
        servers.iter().map(|server| CpuQuota::new(&server.process().to_string(), PERCENT)).collect();
    for (quota, server) in quotas.iter().flatten().zip(servers) {
        quota.hold(server.process())?;
    }
    Ok(quotas)
}

//! What a request costs when more replicas serve behind haproxy. The load, the proxy and the database need cores too, so what
//! counts is the replicas' processor time for each request, which stays the same as long as they do not get in each other's
//! way.

use anyhow::{Context as _, Result};
use ore_harness::{ClosedLoop, Daemon, Database, Service, register, start_haproxy};

use crate::context::Context;
use crate::kit::{Beside, Contender, Cost, Figure, Ratio, Refreshers, compare, log_in_as, service};
use crate::report::Goal;

const PATH: &str = "/api/v1/auth/me";
const EMAIL: &str = "replicas@bench.example";
const COUNTS: [usize; 3] = [1, 2, 4];
const CLIENTS: usize = 16;
/// As haproxy is deployed with it.
const PROXY: [(&str, &str); 2] = [("BACKEND_TRUSTED_PROXIES", "127.0.0.1/32"), ("BACKEND_WORKERS", "1")];
const CALLS: [&str; 3] = ["GET /api/v1/auth/me", "log-ins, m=8,t=1,p=1", "refreshes"];

/// Replicas on one PostgreSQL behind a haproxy of their own, all of which end with the value.
struct Set {
    servers: Vec<Service>,
    _proxy: Daemon,
    _database: Database,
}

pub(super) async fn run(context: &Context) -> Result<()> {
    let (mut sets, mut of_calls) = (Vec::new(), CALLS.map(|_| Vec::new()));
    for count in COUNTS {
        let (set, loads) = start(context, count).await?;
        sets.push(set);
        for ((call, load), contenders) in CALLS.iter().zip(loads).zip(&mut of_calls) {
            let ratio = if count == 1 { Ratio::Hidden } else { Ratio::Judged(Goal::AtMost(1.1)) };
            contenders.push((format!("processor time of {call}, {count} replicas"), load, ratio));
        }
    }
    let servers: Vec<_> = sets.iter().map(|set| set.servers.iter().collect()).collect();
    for contenders in of_calls {
        compare(context, Figure::Cost(&servers), Beside::Figure("1 replica"), contenders).await?;
    }
    Ok(())
}

async fn start(context: &Context, count: usize) -> Result<(Set, [Contender; 3])> {
    let database = context.postgres().await?;
    let mut servers = Vec::new();
    for number in 1..=count {
        let plan = service(format!("{count}-replicas-{number}"), &database.url(), Cost::LEAST).with_all(&PROXY);
        servers.push(plan.with("BACKEND_REPLICAS", count.to_string()).start_ready(context).await?);
    }
    let ports: Vec<u16> = servers.iter().map(|server| server.address().port()).collect();
    let (address, proxy) = start_haproxy(context, &ports)?;
    let first = servers.first().context("no replica")?.address();
    let token = register(first, EMAIL).await?.access;
    let refreshers = Refreshers::register(first, CLIENTS).await?.through(address);
    let loads = [
        Contender::Requests(ClosedLoop::get(address, PATH).with_token(&token)),
        Contender::log_ins(address, log_in_as(EMAIL)),
        Contender::Refreshes(refreshers),
    ];
    Ok((Set { servers, _proxy: proxy, _database: database }, loads))
}

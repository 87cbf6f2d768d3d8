//! What a request costs when more replicas serve behind haproxy. The load, the proxy and the database need the processors too.
//! So each replica has a small part of one and as many clients as a single one has, and the figure is the processor time of the
//! replicas for each request: it stays the same as long as they do not get in each other's way.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use ore_harness::{ClosedLoop, Database, Process, Service, register, start_haproxy};

use crate::context::{Context, DatabaseKind};
use crate::kit::{Contender, Cost, CpuQuota, EMAIL, Figure, Load, ME, Refreshers, compare, log_ins_of_one, service};
use crate::report::Goal;

const COUNTS: [usize; 3] = [1, 2, 4];
/// Of each replica.
const CLIENTS: usize = 16;
/// Of each replica. More would be refused.
const WHO_LOG_IN: usize = 2;
/// Of one processor, for each replica: little, so that no proxy and no load on the same processors limits.
const PERCENT: u32 = 10;
/// As haproxy is deployed with it.
const PROXY: [(&str, &str); 2] = [("BACKEND_TRUSTED_PROXIES", "127.0.0.1/32"), ("BACKEND_WORKERS", "1")];

/// Replicas on one PostgreSQL behind a haproxy of their own, all of which end with the value.
struct Set {
    servers: Vec<Service>,
    address: SocketAddr,
    /// None where the system gives us none.
    quotas: Option<Vec<CpuQuota>>,
    _proxy: Process,
    _database: Database,
}

pub(super) async fn run(context: &Context) -> Result<()> {
    let (mut sets, mut of_calls) = (Vec::new(), <[Vec<_>; 3]>::default());
    for count in COUNTS {
        let mut set = Set::start(context, count).await?;
        let loads = set.loads().await?;
        set.limit()?;
        let share = set.quotas.as_ref().map(|_| format!("with {PERCENT} % of a processor each"));
        let share = share.unwrap_or_else(|| "without quotas".to_owned());
        for ((call, load), contenders) in loads.into_iter().zip(&mut of_calls) {
            let contender = Contender::new(format!("processor time of {call}, {count} replicas {share}"), load);
            contenders.push(contender.costing(&set.servers).judged(Goal::AtMost(1.1)));
        }
        sets.push(set);
    }
    for contenders in of_calls {
        compare(context, Figure::Cost, "1 replica", &contenders).await?;
    }
    Ok(())
}

impl Set {
    async fn start(context: &Context, count: usize) -> Result<Self> {
        let database = context.database(DatabaseKind::Postgres, "app")?;
        let mut servers = Vec::new();
        for number in 1..=count {
            let plan = service(format!("{count}-replicas-{number}"), &database.url(), Cost::LEAST).with_all(&PROXY);
            servers.push(plan.with("BACKEND_REPLICAS", count.to_string()).start_ready(context).await?);
        }
        let ports: Vec<u16> = servers.iter().map(|server| server.address().port()).collect();
        let (address, proxy) = start_haproxy(context, &ports)?;
        Ok(Self { servers, address, quotas: None, _proxy: proxy, _database: database })
    }

    /// Each with what it is called.
    async fn loads(&self) -> Result<[(String, Load); 3]> {
        let (count, address) = (self.servers.len(), self.address);
        let first = self.servers.first().context("no replica")?.address();
        let token = register(first, EMAIL).await?.access;
        let refreshers = Refreshers::register(first, CLIENTS * count).await?.through(address);
        let me = ClosedLoop::get(address, ME).with_token(&token).on_connections(CLIENTS * count);
        let log_ins = ClosedLoop::scripted(address, log_ins_of_one()).on_connections(WHO_LOG_IN * count);
        Ok([
            (format!("GET {ME}"), Load::Requests(me)),
            (format!("log-ins, {}", Cost::LEAST), Load::Requests(log_ins)),
            ("refreshes".to_owned(), Load::Refreshes(refreshers)),
        ])
    }

    /// From now on each has its part of a processor.
    fn limit(&mut self) -> Result<()> {
        let quotas = self.servers.iter().map(|server| CpuQuota::hold(server.process(), PERCENT));
        self.quotas = quotas.collect::<Result<_>>()?;
        Ok(())
    }
}

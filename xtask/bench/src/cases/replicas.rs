//! What a request costs when more replicas serve behind haproxy. The load, the proxy and the database need the processors too.
//! So each replica has a small part of one and as many clients as a single one has, and the figure is the processor time of the
//! replicas for each request: it stays the same as long as they do not get in each other's way.

use std::fs::File;
use std::time::Duration;

use anyhow::{Context as _, Result};
use ore_harness::{CpuQuota, Database, Process, processor_time, start_haproxy};

use crate::context::Context;
use crate::kit::{ClosedLoop, Cost, Refreshers, Server, ServerPlan, log_in_as, register};
use crate::report::{Goal, Row, Spread};

const PATH: &str = "/api/v1/auth/me";
const EMAIL: &str = "replicas@bench.example";
const COUNTS: [usize; 3] = [1, 2, 4];
/// Of each replica.
const CLIENTS: usize = 16;
/// Of each replica. More would be refused.
const WHO_LOG_IN: usize = 2;
/// Of one processor, for each replica. Little, so that what limits is the replicas, and no proxy and no load on the same processors.
const PERCENT: u32 = 10;
/// As haproxy is deployed with it.
const PROXY: [(&str, &str); 2] = [("BACKEND_TRUSTED_PROXIES", "127.0.0.1/32"), ("BACKEND_WORKERS", "1")];

pub(super) async fn run(context: &Context) -> Result<()> {
    let mut sets = Vec::new();
    for count in COUNTS {
        sets.push(Set::start(context, count).await?);
    }
    for what in [What::Me, What::LogIn, What::Refresh] {
        let mut costs = COUNTS.map(|_| Vec::new());
        for round in 1..=context.rounds() {
            for (set, costs) in sets.iter().zip(&mut costs) {
                context.step(&format!(
                    "{what:?}, {} replicas, round {round} of {}",
                    set.servers.len(),
                    context.rounds()
                ));
                costs.push(set.cost(context, what).await?);
            }
        }
        record(context, what, &costs, sets.iter().all(|set| set.quotas.is_some()));
    }
    Ok(())
}

fn record(context: &Context, what: What, costs: &[Vec<f64>], has_quotas: bool) {
    let share = if has_quotas { format!("with {PERCENT} % of a processor each") } else { "without quotas".to_owned() };
    for (count, of_count) in COUNTS.iter().zip(costs) {
        let row = Row::new(format!("processor time of {}, {count} replicas {share}", what.name()), "µs", of_count);
        let ratio = || Spread::of_ratios(of_count, &costs[0]);
        let compared = |row: Row| row.compared("1 replica", ratio()).with_goal(Goal::AtMost(1.1));
        context.record(if *count == 1 { row } else { compared(row) });
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
enum What {
    Me,
    LogIn,
    Refresh,
}

impl What {
    const fn name(self) -> &'static str {
        match self {
            Self::Me => "GET /api/v1/auth/me",
            Self::LogIn => "log-ins, m=8,t=1,p=1",
            Self::Refresh => "refreshes",
        }
    }
}

/// Replicas on one PostgreSQL behind a haproxy of their own.
struct Set {
    servers: Vec<Server>,
    me: ClosedLoop,
    log_ins: ClosedLoop,
    refreshers: Refreshers,
    /// None where the system gives us none.
    quotas: Option<Vec<CpuQuota>>,
    _proxy: Process,
    _database: Database,
}

impl Set {
    async fn start(context: &Context, count: usize) -> Result<Self> {
        let database = context.postgres().await?;
        let mut servers = Vec::new();
        for number in 1..=count {
            let plan = ServerPlan::new(format!("{count}-replicas-{number}"), &database.url()).at_cost(Cost::LEAST);
            let plan = PROXY.into_iter().fold(plan, |plan, (name, value)| plan.with(name, value));
            servers.push(plan.with("BACKEND_REPLICAS", count.to_string()).start(context).await?);
        }
        let ports: Vec<u16> = servers.iter().map(|server| server.address().port()).collect();
        let log = File::create(context.log(&format!("haproxy-{count}"))).context("cannot write haproxy's log")?;
        let (proxy, process) =
            start_haproxy(context.guard(), context.tools().get("haproxy")?, context.directory(), log, &ports)?;
        let first = servers.first().context("no replica")?;
        let token = register(first, EMAIL).await?;
        let refreshers = Refreshers::register(first, CLIENTS * count).await?.through(proxy);
        Ok(Self {
            me: ClosedLoop::get(proxy, PATH).with_token(&token).on_connections(CLIENTS * count),
            log_ins: ClosedLoop::scripted(proxy, log_in_as(context, "login", EMAIL)?)
                .on_connections(WHO_LOG_IN * count),
            refreshers,
            quotas: quotas(&servers)?,
            servers,
            _proxy: process,
            _database: database,
        })
    }

    /// Microseconds of the replicas' time for a request.
    async fn cost(&self, context: &Context, what: What) -> Result<f64> {
        let (time, before) = (context.time(), self.processor_time()?);
        let requests = match what {
            What::Me => requests(&self.me, context).await?,
            What::LogIn => requests(&self.log_ins, context).await?,
            What::Refresh => self.refreshers.rate(time).await? * time.as_secs_f64(),
        };
        Ok(self.processor_time()?.saturating_sub(before).as_secs_f64() * 1_000_000.0 / requests)
    }

    fn processor_time(&self) -> Result<Duration> {
        self.servers.iter().map(|server| processor_time(server.process())).sum()
    }
}

/// One for each, which is in force from now on.
fn quotas(servers: &[Server]) -> Result<Option<Vec<CpuQuota>>> {
    let quotas: Option<Vec<_>> =
        servers.iter().map(|server| CpuQuota::new(&server.process().to_string(), PERCENT)).collect();
    for (quota, server) in quotas.iter().flatten().zip(servers) {
        quota.hold(server.process())?;
    }
    Ok(quotas)
}

async fn requests(load: &ClosedLoop, context: &Context) -> Result<f64> {
    let outcome = load.run(context, context.time()).await?;
    #[expect(clippy::cast_precision_loss, reason = "a number of requests is far below 2^52")]
    Ok(outcome.requests as f64)
}

//! Two replicas have their database through `PgBouncer`, which lends few connections for a transaction each: everything
//! works, and goes on when `PgBouncer` is killed and started again. A replica that is not told of it says so.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, ensure};
use ore_harness::{Database, Service, ServicePlan, until};
use tokio::time::sleep;

use crate::context::{Context, HIGH_LIMITS, service};
use crate::kit::{PgBouncer, SessionResults, expect_registered, start_sessions};

const WORKERS: usize = 12;

/// As `default_pool_size` says, and the connections of two replicas, which are many more.
const LENT: usize = 10;
const POOL_SIZE: &str = "20";

/// One in so many requests may get 503 while nothing is wrong: hashes wait for a busy machine, but not for long.
const FEW: usize = 50;

/// How long until the replicas serve again.
const BACK: Duration = Duration::from_secs(5);

/// How long until a replica has looked for a pooler.
const ADVICE: Duration = Duration::from_secs(30);

pub(super) async fn run(context: &Context) -> Result<()> {
    let mut database = context.postgres()?;
    let server = database.server()?;
    server.query("postgres", "CREATE ROLE ore LOGIN NOSUPERUSER")?;
    server.query("postgres", "ALTER DATABASE ore OWNER TO ore")?;
    let mut pooler = PgBouncer::start(context, server).await?;
    let unaware = plan("unaware", &pooler);
    let aware = unaware.named("one").with("BACKEND_DATABASE_POOLER", "transaction");
    let mut replicas = [aware.start_ready(context).await?, aware.named("two").start_ready(context).await?];
    let addresses = replicas.each_ref().map(Service::address);

    context.step("pgbouncer: sessions through it");
    let load = start_sessions(&addresses, "pooled", WORKERS);
    sleep(context.choose(Duration::from_secs(4), Duration::from_mins(2))).await;
    // Of all replicas.
    let lent = database.count("pg_stat_activity WHERE usename = 'ore'")?;
    context.measure("lent_connections", lent);
    ensure!(lent <= LENT, "PgBouncer has {lent} connections, not {LENT} at most");
    let calm = load.stop().await?;
    check(context, &calm, &addresses, &database).await?;
    ensure!(calm.cut == 0, "{} requests had no answer", calm.cut);
    ensure!(calm.refused * FEW <= calm.requests, "{} of {} got 503", calm.refused, calm.requests);

    context.step("pgbouncer: it is killed, and started again");
    let load = start_sessions(&addresses, "restarted", WORKERS);
    for _ in 0..context.choose(1, 10) {
        sleep(Duration::from_secs(1)).await;
        pooler.kill()?;
        sleep(Duration::from_secs(1)).await;
        pooler.resume().await?;
        for replica in &replicas {
            context.measure_time("ready_after_return", replica.wait_until_ready(BACK).await?);
        }
    }
    sleep(Duration::from_secs(1)).await;
    check(context, &load.stop().await?, &addresses, &database).await?;

    context.step("pgbouncer: a replica that is not told of it");
    let unaware = unaware.start(context).await?;
    let says = || unaware.log().is_ok_and(|log| log.contains("set BACKEND_DATABASE_POOLER=transaction"));
    until(ADVICE, "the log says that there is a pooler", says)?;
    replicas.iter_mut().try_for_each(Service::check_health)
}

/// With limits that are counted in PostgreSQL and never reached.
fn plan(name: &str, pooler: &PgBouncer) -> ServicePlan {
    service(name, &pooler.url()).with("BACKEND_DATABASE_POOL_SIZE", POOL_SIZE).with_all(&HIGH_LIMITS)
}

async fn check(
    context: &Context,
    results: &SessionResults,
    addresses: &[SocketAddr],
    database: &Database,
) -> Result<()> {
    results.check(context, addresses).await?;
    expect_registered(context, addresses[0], &database.users()?, (&results.registered, "lost_users")).await
}

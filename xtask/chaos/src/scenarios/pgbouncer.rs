//! Two replicas have their database through `PgBouncer`, which lends few connections for a transaction each: everything
//! works, and goes on when `PgBouncer` is killed and started again. A replica that is not told of it says so.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use ore_harness::{Database, Postgres, until};
use tokio::time::sleep;

use crate::context::Context;
use crate::kit::{PgBouncer, Service, ServicePlan, SessionLedger, SessionLoad, assert_all_log_in};

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
    let database = context.postgres().await?;
    let Database::Postgres { server, .. } = &database else { bail!("this is not a PostgreSQL database") };
    server.query("postgres", "CREATE ROLE ore LOGIN NOSUPERUSER")?;
    server.query("postgres", "CREATE DATABASE ore OWNER ore")?;
    let mut pooler = PgBouncer::start(context, server).await?;
    let unaware = plan("unaware", &pooler);
    let aware = unaware.named("one").with("BACKEND_DATABASE_POOLER", "transaction");
    let mut replicas = [aware.start_ready(context).await?, aware.named("two").start_ready(context).await?];
    let addresses = replicas.each_ref().map(Service::address);

    context.step("pgbouncer: sessions through it");
    let load = SessionLoad::start(addresses.to_vec(), "pooled", WORKERS);
    sleep(context.choose(Duration::from_secs(4), Duration::from_mins(2))).await;
    measure_lent(context, server)?;
    let calm = load.stop().await?;
    check(context, &calm, &addresses, server).await?;
    ensure!(calm.cut() == 0, "{} requests had no answer", calm.cut());
    ensure!(calm.refused() * FEW <= calm.requests(), "{} of {} got 503", calm.refused(), calm.requests());

    context.step("pgbouncer: it is killed, and started again");
    let load = SessionLoad::start(addresses.to_vec(), "restarted", WORKERS);
    let mut worst = Duration::ZERO;
    for _ in 0..context.choose(1, 10) {
        sleep(Duration::from_secs(1)).await;
        pooler.kill()?;
        sleep(Duration::from_secs(1)).await;
        pooler.resume().await?;
        for replica in &replicas {
            worst = worst.max(replica.wait_until_ready(BACK).await?);
        }
    }
    sleep(Duration::from_secs(1)).await;
    context.measure_time("ready_after_return", worst);
    check(context, &load.stop().await?, &addresses, server).await?;

    context.step("pgbouncer: a replica that is not told of it");
    let unaware = unaware.start(context).await?;
    let says = || unaware.log().is_ok_and(|log| log.contains("set BACKEND_DATABASE_POOLER=transaction"));
    until(ADVICE, "the log says that there is a pooler", says).await?;
    replicas.iter_mut().try_for_each(Service::check_health)
}

/// With limits that are counted in PostgreSQL and never reached.
fn plan(name: &str, pooler: &PgBouncer) -> ServicePlan {
    ServicePlan::new(name, &pooler.url())
        .with("BACKEND_DATABASE_POOL_SIZE", POOL_SIZE)
        .with("BACKEND_RATE_LIMIT_ENABLED", "true")
        .with("BACKEND_RATE_LIMIT_ADDRESS_BURST", "10000000")
        .with("BACKEND_RATE_LIMIT_TOTAL_BURST", "10000000")
        .with("BACKEND_RATE_LIMIT_GENERAL_BURST", "10000000")
}

async fn check(
    context: &Context,
    ledger: &SessionLedger,
    addresses: &[std::net::SocketAddr],
    server: &Postgres,
) -> Result<()> {
    ledger.check(context, addresses).await?;
    let users = server.query("ore", "SELECT email FROM users")?.lines().map(str::to_owned).collect();
    let lost = ledger.registered.difference(&users).count();
    context.add("lost_users", lost);
    ensure!(lost == 0, "{lost} acknowledged users are gone");
    assert_all_log_in(addresses[0], &ledger.registered).await
}

/// How many connections the server has for all replicas.
fn measure_lent(context: &Context, server: &Postgres) -> Result<()> {
    let count = server.query("postgres", "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ore'")?;
    let lent: usize = count.trim().parse().context("the number of connections is not one")?;
    context.measure("lent_connections", lent);
    ensure!(lent <= LENT, "PgBouncer has {lent} connections, not {LENT} at most");
    Ok(())
}

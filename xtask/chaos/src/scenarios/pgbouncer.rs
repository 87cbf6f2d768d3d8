//! Two replicas have their database through `PgBouncer`, which lends few connections for a transaction each: everything
//! works, and goes on when `PgBouncer` is killed and started again. A replica that is not told of it says so.

use std::time::Duration;

use anyhow::{Result, ensure};
use ore_harness::{START_TIMEOUT, Service, until};
use tokio::time::sleep;

use crate::context::{Context, HIGH_LIMITS, service};
use crate::kit::{BACK, PgBouncer, expect_all_log_in, start_sessions};

const WORKERS: usize = 12;

/// As `default_pool_size` says, and the connections of two replicas, which are many more.
const LENT: usize = 10;
const POOL_SIZE: &str = "20";

pub(super) async fn run(context: &Context) -> Result<()> {
    let mut database = context.postgres()?;
    let server = database.server()?;
    server.query("postgres", "CREATE ROLE ore LOGIN NOSUPERUSER")?;
    server.query("postgres", "ALTER DATABASE ore OWNER TO ore")?;
    let mut pooler = PgBouncer::start(context, server).await?;
    // With limits that are counted in PostgreSQL and never reached.
    let unaware =
        service("unaware", &pooler.url()).with("BACKEND_DATABASE_POOL_SIZE", POOL_SIZE).with_all(&HIGH_LIMITS);
    let aware = unaware.named("aware").with("BACKEND_DATABASE_POOLER", "transaction");
    let replicas = aware.start_two(context).await?;
    let addresses = replicas.each_ref().map(Service::address);

    context.step("pgbouncer: sessions through it");
    let load = start_sessions(&addresses, WORKERS);
    sleep(context.choose(Duration::from_secs(4), Duration::from_mins(2))).await;
    // Of all replicas.
    let lent = database.count("pg_stat_activity WHERE usename = 'ore'")?;
    context.measure("lent_connections", lent);
    ensure!(lent <= LENT, "PgBouncer has {lent} connections, not {LENT} at most");
    let calm = load.stop().await?;
    calm.check(context, &addresses, &[]).await?;
    calm.answers.expect_few_refused(0)?;

    context.step("pgbouncer: it is killed, and started again");
    let load = start_sessions(&addresses, WORKERS);
    for _ in 0..context.choose(1, 10) {
        sleep(Duration::from_secs(1)).await;
        pooler.process.kill()?;
        sleep(Duration::from_secs(1)).await;
        pooler.process.resume()?;
        pooler.wait_until_ready().await?;
        for replica in &replicas {
            context.measure_time("ready_after_return", replica.wait_until_ready(BACK).await?);
        }
    }
    sleep(Duration::from_secs(1)).await;
    let restarted = load.stop().await?;
    restarted.check(context, &addresses, &[]).await?;
    expect_all_log_in(addresses[0], calm.answers.acknowledged.union(&restarted.answers.acknowledged)).await?;

    context.step("pgbouncer: a replica that is not told of it");
    let unaware = unaware.start(context).await?;
    let says = || unaware.log().is_ok_and(|log| log.contains("set BACKEND_DATABASE_POOLER=transaction"));
    until(START_TIMEOUT, "the log says that there is a pooler", says).map(drop)
}

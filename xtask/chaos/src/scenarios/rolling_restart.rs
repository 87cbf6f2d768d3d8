//! Two replicas behind a proxy that tries nothing twice are restarted in turn, with requests all the while: none of
//! them fails.

pub(super) mod haproxy;
pub(super) mod nginx;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Client, Process, Request, eventually, free_port};
use tokio::time::sleep;

use crate::context::Context;
use crate::kit::{
    Call, Ledger, Load, LoadPlan, Service, ServicePlan, assert_all_log_in, logging_in, percentile, register_for_load,
};

/// The proxies ask every second, and believe the second answer.
const DELAY_SECONDS: &str = "5";

/// For the delay, and for what is under way.
const END: Duration = Duration::from_secs(20);

/// A proxy that runs.
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    /// Whether it can be told to look elsewhere without cutting connections that clients keep.
    keeps_connections: bool,
    _processes: Vec<Process>,
}

/// Starts a proxy's program in front of replicas with these ports.
type StartProxy = fn(&Context, &Path, [u16; 2]) -> Result<Proxy>;

/// Restarts the replicas behind the proxy.
pub(super) async fn run(context: &Context, program: Result<&Path>, start_proxy: StartProxy) -> Result<()> {
    let program = program?;
    let ports = [free_port()?, free_port()?];
    let database = context.postgres().await?;
    let plans = [("one", ports[0]), ("two", ports[1])].map(|(name, port)| replica(name, &database.url(), port));
    let mut replicas = Vec::new();
    for plan in &plans {
        replicas.push(plan.start_ready(context).await?);
    }
    let proxy = start_proxy(context, program, ports)?;
    wait_for_proxy(&proxy, &replicas).await?;
    let load =
        Load::start(proxy.address, load(&proxy, register_for_load(proxy.address, "rolling@chaos.example").await?));
    let rounds = context.choose(2, 20);
    for round in 1..=rounds {
        for (replica, plan) in replicas.iter_mut().zip(&plans) {
            context.step(&format!("rolling restart: round {round} of {rounds}"));
            restart(context, plan, replica).await?;
        }
    }
    // The proxy takes the last one in again.
    sleep(Duration::from_secs(2)).await;
    let ledger = load.stop().await?;
    context.measure("rounds", rounds);
    check(context, &ledger)?;
    assert_all_log_in(proxy.address, &ledger.acknowledged).await?;
    replicas.iter_mut().try_for_each(Service::check_health)
}

fn replica(name: &str, database_url: &str, port: u16) -> ServicePlan {
    ServicePlan::new(name, database_url)
        .on_port(port)
        .with("BACKEND_SHUTDOWN_DELAY_SECONDS", DELAY_SECONDS)
        .with("BACKEND_TRUSTED_PROXIES", "127.0.0.1/32")
}

fn load(proxy: &Proxy, token: String) -> LoadPlan {
    LoadPlan {
        workers: vec![(Call::Register, 3), (Call::Login, 3), (Call::Me, 2), (Call::Health, 1)],
        prefix: "rolling".to_owned(),
        keeps_connections: proxy.keeps_connections,
        pause: Duration::from_millis(5),
        account: Some((logging_in("rolling@chaos.example"), token)),
    }
}

/// Until it hands requests on to both.
async fn wait_for_proxy(proxy: &Proxy, replicas: &[Service]) -> Result<()> {
    let limit = Duration::from_secs(15);
    let mut client = Client::without_keeping(proxy.address);
    for replica in replicas {
        let what = format!("the proxy asks {}", replica.address());
        eventually(limit, &what, async || {
            // Probes that succeed leave no line.
            let answered = client.send(&Request::get("/nothing")).await.is_ok_and(|answer| answer.status == 404);
            answered && replica.log().is_ok_and(|log| log.contains("GET /nothing - "))
        })
        .await?;
    }
    Ok(())
}

/// As a service manager does it: SIGTERM, and the next process when this one has ended.
async fn restart(context: &Context, plan: &ServicePlan, replica: &mut Service) -> Result<()> {
    replica.terminate(END).await.context("in a rolling restart")?;
    *replica = plan.start_ready(context).await?;
    // The proxy needs two good answers before it hands requests on: else nobody is left for the next restart.
    let served = Duration::from_secs(15);
    eventually(served, "the proxy hands requests on again", async || {
        replica.log().is_ok_and(|log| log.contains("/api/v1/auth/"))
    })
    .await
    .map(drop)
}

fn check(context: &Context, ledger: &Ledger) -> Result<()> {
    let failed = ledger.records.len() - ledger.count(200);
    context.measure("requests", ledger.records.len());
    context.measure("failed", failed);
    context.measure("acknowledged", ledger.acknowledged.len());
    context.measure_time("login_p99", percentile(&ledger.times(Call::Login), 99));
    ensure!(failed == 0, "{failed} requests failed: {}", ledger.others(&[200]).join(", "));
    Ok(())
}

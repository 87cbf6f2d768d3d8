//! Two replicas behind a proxy that tries nothing twice are restarted in turn, with requests all the while: none of
//! them fails.

use std::time::Duration;

use anyhow::Result;
use ore_harness::{Client, Lab, Request, Service, eventually};
use tokio::time::sleep;

use crate::context::{Context, service};
use crate::kit::{Call, LoadPlan, Proxy, expect_all_log_in};

/// The proxies ask every second, and believe the second answer.
const DELAY_SECONDS: &str = "5";

/// How long until a proxy hands requests on to a replica.
const HANDED_ON: Duration = Duration::from_secs(15);

/// Restarts the replicas behind the proxy.
pub(super) async fn run(context: &Context, start_proxy: fn(&Lab, &[u16]) -> Result<Proxy>) -> Result<()> {
    let database = context.postgres()?;
    let plan = service("replica", &database.url())
        .with("BACKEND_SHUTDOWN_DELAY_SECONDS", DELAY_SECONDS)
        .with("BACKEND_TRUSTED_PROXIES", "127.0.0.1/32");
    let mut replicas = plan.start_two(context).await?;
    let proxy = start_proxy(context, &replicas.each_ref().map(|replica| replica.address().port()))?;
    let mut client = Client::without_keeping(proxy.address);
    eventually(HANDED_ON, "the proxy hands requests on to both", async || {
        // Probes that succeed leave no line.
        let is_answered = client.send(&Request::get("/nothing")).await.is_ok_and(|answer| answer.status == 404);
        let has_come = |it: &Service| it.log().is_ok_and(|log| log.contains("GET /nothing - "));
        is_answered && replicas.iter().all(has_come)
    })
    .await?;
    let mut load = LoadPlan::register(proxy.address).await?;
    load.keeps_connections = proxy.keeps_connections;
    let load = load.start(&[(Call::Register, 3), (Call::Login, 3), (Call::Me, 2), (Call::Health, 1)]);
    let rounds = context.choose(2, 20);
    for round in 1..=rounds {
        for replica in &mut replicas {
            context.step(&format!("rolling restart: round {round} of {rounds}"));
            restart(context, replica).await?;
        }
    }
    // The proxy takes the last one in again.
    sleep(Duration::from_secs(2)).await;
    let results = load.stop().await?;
    results.measure(context, "");
    results.expect(&[200], &[])?;
    expect_all_log_in(proxy.address, &results.acknowledged).await?;
    replicas.iter_mut().try_for_each(Service::check_running)
}

/// As a service manager does it: SIGTERM, and the next process when this one has ended.
async fn restart(context: &Context, replica: &mut Service) -> Result<()> {
    replica.terminate()?;
    *replica = replica.plan.start_ready(context).await?;
    // The proxy needs two good answers before it hands requests on: else nobody is left for the next restart.
    eventually(HANDED_ON, "the proxy hands requests on again", async || {
        replica.log().is_ok_and(|log| log.contains("/api/v1/auth/"))
    })
    .await
    .map(drop)
}

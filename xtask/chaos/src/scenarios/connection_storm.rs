//! Connections on which nothing happens, half of them new and half after a request. Others are served meanwhile, and
//! afterwards nothing of them is left.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Client, Footprint, Request, Service, peak_memory, restart_peak_memory, until};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::context::{Context, service};
use crate::kit::{Call, LoadPlan, footprint_at_rest};

/// The maximum time of an answer while the connections are open.
const ANSWER: Duration = Duration::from_secs(1);

/// How long until the service has let go of connections that their clients have closed, and of their memory.
const RELEASE: Duration = Duration::from_secs(10);

/// What memory the connections may take, and what of it the allocator may keep for the next ones.
const PEAK_KIB: u64 = 64 * 1024;
const KEPT_KIB: u64 = 16 * 1024;

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.sqlite("app")?;
    let service = service("service", &database.url()).start_ready(context).await?;
    let load = LoadPlan::register(service.address()).await?;
    // After that it has all the connections to its database that it ever opens.
    let warm_up = load.start(&[(Call::Me, 16)]);
    sleep(Duration::from_secs(1)).await;
    warm_up.stop().await?;
    let rest = footprint_at_rest(&service)?;
    restart_peak_memory(service.process())?;
    let connections = context.choose(500, 5_000);
    context.measure("before", json!(rest));
    for storm in 1..=context.choose(2, 4) {
        context.step(&format!("connection-storm: storm {storm}"));
        blow(&service, connections, &load.token).await?;
        expect_release(context, &service, rest)?;
    }
    let peak = peak_memory(service.process())?;
    context.measure("memory_peak_kib", peak);
    let most = rest.memory_kib + PEAK_KIB;
    ensure!(peak <= most, "{connections} connections took {peak} KiB, and {most} is the most");
    Ok(())
}

/// As many connections and descriptors as before, and little more memory.
fn expect_release(context: &Context, service: &Service, rest: Footprint) -> Result<()> {
    let most = rest.memory_kib + KEPT_KIB;
    let is_released = || {
        service.footprint().is_ok_and(|now| {
            now.connections == rest.connections && now.descriptors <= rest.descriptors && now.memory_kib <= most
        })
    };
    let released = until(RELEASE, "what the connections took is given back", is_released);
    let after = service.footprint()?;
    context.measure("after", json!(after));
    released.with_context(|| format!("of {rest:?} it came to {after:?}")).map(drop)
}

async fn blow(service: &Service, connections: usize, token: &str) -> Result<()> {
    let (mut new, mut used) = (Vec::new(), Vec::new());
    for _ in 0..connections / 2 {
        new.push(TcpStream::connect(service.address()).await.context("no connection")?);
        let mut client = Client::new(service.address());
        ensure!(client.send(&Request::get("/health")).await?.status == 200, "a client that stays is not served");
        used.push(client);
    }
    let held = service.footprint()?.connections;
    ensure!(held >= connections, "only {held} of {connections} connections are held");
    let mut client = Client::without_keeping(service.address());
    for request in [Request::get("/health"), Request::me(token)] {
        for _ in 0..20 {
            let answer = client.send(&request).await?;
            ensure!(answer.status == 200, "{request} was answered {}", answer.status);
            ensure!(answer.took <= ANSWER, "{request} took {:?}", answer.took);
        }
    }
    Ok(())
}

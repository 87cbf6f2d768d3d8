//! Connections on which nothing happens, half of them new and half after a request. Others are served meanwhile, and
//! afterwards nothing of them is left.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Client, Footprint, Request, Service, peak_memory, restart_peak_memory, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::context::{Context, service};
use crate::kit::{Call, LoadPlan};

/// The maximum time of an answer while the connections are open.
const ANSWER: Duration = Duration::from_secs(1);

/// How long until the service has let go of connections that their clients have closed, and of their memory.
const RELEASE: Duration = Duration::from_secs(10);

/// What memory the connections may take, and what of it the allocator may keep for the next ones.
const PEAK_KIB: u64 = 64 * 1024;
const KEPT_KIB: u64 = 16 * 1024;

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.sqlite()?;
    let mut service = service("service", &database.url()).start_ready(context).await?;
    let plan = LoadPlan::register(service.address(), "storm").await?;
    let rest = warm_up(&service, &plan).await?;
    restart_peak_memory(service.process())?;
    let connections = context.choose(500, 5_000);
    context.measure("connections", connections);
    context.measure("descriptors_before", rest.descriptors);
    context.measure("memory_before_kib", rest.memory_kib);
    for storm in 1..=context.choose(2, 4) {
        context.step(&format!("connection-storm: storm {storm}"));
        blow(&service, connections, &plan.token).await?;
        expect_release(context, &service, rest)?;
        service.check_health()?;
    }
    let peak = peak_memory(service.process())?;
    context.measure("memory_peak_kib", peak);
    let most = rest.memory_kib + PEAK_KIB;
    ensure!(peak <= most, "{connections} connections took {peak} KiB, and {most} is the most");
    Ok(())
}

/// What the service holds at rest, once it has all the connections to its database that it ever opens.
async fn warm_up(service: &Service, plan: &LoadPlan) -> Result<Footprint> {
    let load = plan.clone().keeping_connections(false).start(&[(Call::Me, 16)]);
    sleep(Duration::from_secs(1)).await;
    load.stop().await?;
    let is_quiet = || service.footprint().is_ok_and(|footprint| footprint.connections == 0);
    until(RELEASE, "the connections of the warm-up end", is_quiet)?;
    service.footprint()
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
    context.measure("connections_after", after.connections);
    context.measure("descriptors_after", after.descriptors);
    context.measure("memory_after_kib", after.memory_kib);
    released.with_context(|| format!("of {rest:?} it came to {after:?}")).map(drop)
}

async fn blow(service: &Service, connections: usize, token: &str) -> Result<()> {
    let mut idle = Vec::new();
    for number in 0..connections {
        let mut stream = TcpStream::connect(service.address()).await.context("no connection")?;
        if number % 2 == 0 {
            ask(&mut stream).await.with_context(|| format!("on connection {number}"))?;
        }
        idle.push(stream);
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

/// A request whose connection is kept.
async fn ask(stream: &mut TcpStream) -> Result<()> {
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: chaos.example\r\n\r\n").await?;
    let mut answer = [0; 4096];
    let length = stream.read(&mut answer).await?;
    ensure!(answer[..length].starts_with(b"HTTP/1.1 200"), "not 200: {}", String::from_utf8_lossy(&answer[..length]));
    Ok(())
}

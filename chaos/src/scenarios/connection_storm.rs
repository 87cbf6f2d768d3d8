//! Connections on which nothing happens, half of them new and half after a request. Others are served meanwhile, and
//! afterwards nothing of them is left.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Client, Request, open_descriptors, resident_memory, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::context::Context;
use crate::kit::{Service, ServicePlan, register};

/// What an answer may take while the connections are open.
const ANSWER: Duration = Duration::from_secs(1);

/// How long until the service has let go of connections that their clients have closed.
const RELEASE: Duration = Duration::from_secs(10);

/// What may stay: memory that the allocator keeps for the next storm, and connections to the database.
const KEPT_MEMORY_KIB: u64 = 64 * 1024;
const KEPT_DESCRIPTORS: usize = 20;

/// What a second storm may add to the memory of the first.
const GROWTH_KIB: u64 = 8 * 1024;

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.sqlite()?;
    let mut service = ServicePlan::new("service", &database.url()).start_ready(context).await?;
    let token = register(service.address(), "storm@chaos.example").await?;
    let (descriptors, memory) = (open_descriptors(service.process())?, resident_memory(service.process())?);
    let connections = context.choose(500, 5_000);
    context.measure("connections", connections);
    let mut after = Vec::new();
    for storm in 1..=context.choose(2, 4) {
        context.step(&format!("connection-storm: storm {storm}"));
        blow(context, &service, connections, &token).await?;
        until(RELEASE, "descriptors are released", || {
            open_descriptors(service.process()).is_ok_and(|open| open <= descriptors + KEPT_DESCRIPTORS)
        })
        .await?;
        after.push(resident_memory(service.process())?);
        service.check_health()?;
    }
    let (first, last) = (after[0], after[after.len() - 1]);
    context.measure("descriptors_before", descriptors);
    context.measure("descriptors_after", open_descriptors(service.process())?);
    context.measure("memory_before_kib", memory);
    context.measure("memory_after_first_kib", first);
    context.measure("memory_after_last_kib", last);
    ensure!(last <= memory + KEPT_MEMORY_KIB, "memory went from {memory} to {last} KiB");
    ensure!(last <= first + GROWTH_KIB, "each storm takes more memory: {after:?} KiB");
    Ok(())
}

async fn blow(context: &Context, service: &Service, connections: usize, token: &str) -> Result<()> {
    let mut idle = Vec::new();
    for number in 0..connections {
        let mut stream = TcpStream::connect(service.address()).await.context("no connection")?;
        if number % 2 == 0 {
            ask(&mut stream).await.with_context(|| format!("on connection {number}"))?;
        }
        idle.push(stream);
    }
    let held = open_descriptors(service.process())?;
    ensure!(held >= connections, "only {held} descriptors are open with {connections} connections");
    context.measure("memory_during_kib", resident_memory(service.process())?);
    let mut client = Client::without_keeping(service.address());
    for request in [Request::get("/health"), Request::me(token)] {
        for _ in 0..20 {
            let answer = client.send(&request).await?;
            ensure!(answer.status == 200, "{request:?} was answered {}", answer.status);
            ensure!(answer.took <= ANSWER, "{request:?} took {:?}", answer.took);
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

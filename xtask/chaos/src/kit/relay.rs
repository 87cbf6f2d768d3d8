//! A way to a server on which every answer takes longer.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use ore_harness::local;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

/// Hands on what clients and a server say to each other; ends with the value.
pub(crate) struct Relay {
    address: SocketAddr,
    delay: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Relay {
    /// Listens on a port of its own, and delays nothing yet.
    pub(crate) async fn start(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(local(0)).await.context("cannot listen for a relay")?;
        let (address, delay) = (listener.local_addr()?, Arc::default());
        let task = tokio::spawn(accept(listener, server, Arc::clone(&delay)));
        Ok(Self { address, delay, task })
    }

    /// The address for clients.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on whatever the server says arrives so much later.
    pub(crate) fn delay_answers(&self, by: Duration) {
        self.delay.store(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, delay: Arc<AtomicU64>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(relay(client, server, Arc::clone(&delay)));
    }
}

async fn relay(client: TcpStream, server: SocketAddr, delay: Arc<AtomicU64>) -> io::Result<()> {
    let (mut requests, to_client) = client.into_split();
    let (answers, mut to_server) = TcpStream::connect(server).await?.into_split();
    tokio::select! {
        ended = copy(&mut requests, &mut to_server) => ended.map(drop),
        ended = answer_late(answers, to_client, &delay) => ended,
    }
}

async fn answer_late(mut answers: OwnedReadHalf, mut client: OwnedWriteHalf, delay: &AtomicU64) -> io::Result<()> {
    let mut bytes = [0; 4096];
    loop {
        let length = answers.read(&mut bytes).await?;
        if length == 0 {
            return Ok(());
        }
        sleep(Duration::from_millis(delay.load(Ordering::Relaxed))).await;
        client.write_all(&bytes[..length]).await?;
    }
}

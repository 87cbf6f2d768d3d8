//! A way to a server on which every answer takes longer.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result};
use ore_harness::local;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;

/// Hands on what clients and a server say to each other.
pub(crate) struct Relay {
    /// The address for clients.
    pub(crate) address: SocketAddr,
    delay: watch::Sender<Duration>,
}

impl Relay {
    /// Listens on a port of its own, and delays each answer so much.
    pub(crate) async fn start(server: SocketAddr, delay: Duration) -> Result<Self> {
        let listener = TcpListener::bind(local(0)).await.context("cannot listen for a relay")?;
        let address = listener.local_addr()?;
        let (sender, delay) = watch::channel(delay);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(client, server, delay.clone()));
            }
        });
        Ok(Self { address, delay: sender })
    }

    /// From now on whatever the server says arrives so much later.
    pub(crate) fn delay_answers(&self, by: Duration) {
        self.delay.send_replace(by);
    }
}

async fn relay(client: TcpStream, server: SocketAddr, delay: watch::Receiver<Duration>) -> io::Result<()> {
    let (mut requests, to_client) = client.into_split();
    let (answers, mut to_server) = TcpStream::connect(server).await?.into_split();
    tokio::select! {
        ended = copy(&mut requests, &mut to_server) => ended.map(drop),
        ended = answer_late(answers, to_client, delay) => ended,
    }
}

async fn answer_late(
    mut answers: OwnedReadHalf,
    mut client: OwnedWriteHalf,
    delay: watch::Receiver<Duration>,
) -> io::Result<()> {
    let mut bytes = [0; 4096];
    loop {
        let length = answers.read(&mut bytes).await?;
        if length == 0 {
            return Ok(());
        }
        let late = *delay.borrow();
        sleep(late).await;
        client.write_all(&bytes[..length]).await?;
    }
}

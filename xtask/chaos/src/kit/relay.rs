//! A way to a server on which every answer takes longer.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result};
use ore_harness::local;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;

/// Hands on what clients and a server say to each other.
pub(crate) struct Relay {
    /// The address for clients.
    pub(crate) address: SocketAddr,
    /// By so much later whatever the server says arrives from now on.
    pub(crate) delay: watch::Sender<Duration>,
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
}

async fn relay(mut client: TcpStream, server: SocketAddr, delay: watch::Receiver<Duration>) -> io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    let ((mut requests, mut to_client), (mut answers, mut to_server)) = (client.split(), server.split());
    let answer_late = async {
        let mut bytes = [0; 4096];
        loop {
            let length = answers.read(&mut bytes).await?;
            if length == 0 {
                return Ok(());
            }
            let late = *delay.borrow();
            sleep(late).await;
            to_client.write_all(&bytes[..length]).await?;
        }
    };
    tokio::select! {
        ended = copy(&mut requests, &mut to_server) => ended.map(drop),
        ended = answer_late => ended,
    }
}

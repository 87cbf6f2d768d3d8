//! Clients that each keep a session going.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use ore_harness::{Client, Request, register};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

const BUSY: u16 = 503;

/// Clients, each with a connection and a session of its own. Their tokens outlast a run.
#[derive(Debug, Clone)]
pub(crate) struct Refreshers {
    server: SocketAddr,
    tokens: Arc<Mutex<Vec<String>>>,
    refused: Arc<AtomicU32>,
}

impl Refreshers {
    /// Registers so many.
    pub(crate) async fn register(server: SocketAddr, clients: usize) -> Result<Self> {
        let mut tokens = Vec::new();
        for number in 0..clients {
            tokens.push(register(server, &format!("client-{number}@bench.example")).await?.refresh);
        }
        Ok(Self { server, tokens: Arc::new(Mutex::new(tokens)), refused: Arc::default() })
    }

    /// The same clients, which ask at this address from now on.
    pub(crate) fn through(self, server: SocketAddr) -> Self {
        Self { server, ..self }
    }

    /// How often the service was too busy, in all runs.
    pub(crate) fn refused(&self) -> u32 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Refreshes a second. Each client refreshes again as soon as it has its answer, with the token of that.
    pub(crate) async fn rate(&self, time: Duration) -> Result<f64> {
        let mut tokens = self.tokens.lock().await;
        let started = Instant::now();
        let refresh = |token| self.clone().refresh_until(token, started + time);
        let mut clients: JoinSet<_> = tokens.drain(..).map(refresh).collect();
        let mut count = 0;
        while let Some(client) = clients.join_next().await {
            let (token, refreshes) = client??;
            tokens.push(token);
            count += refreshes;
        }
        Ok(f64::from(count) / started.elapsed().as_secs_f64())
    }

    /// Returns the last token, and how often. Who is refused because the service is busy tries again.
    async fn refresh_until(self, mut token: String, end: Instant) -> Result<(String, u32)> {
        let mut client = Client::new(self.server);
        let mut count = 0;
        while Instant::now() < end {
            let answer = client.send(&Request::refresh(&token)).await?;
            match answer.status {
                200 => {
                    let next = answer.tokens().context("no refresh token")?.refresh;
                    ensure!(next != token, "a refresh token was not replaced");
                    token = next;
                    count += 1;
                }
                BUSY => drop(self.refused.fetch_add(1, Ordering::Relaxed)),
                _ => bail!("a refresh was answered with {answer}"),
            }
        }
        Ok((token, count))
    }
}

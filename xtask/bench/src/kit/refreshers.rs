//! Clients that each keep a session going.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use serde_json::{Value, json};

use super::raw_client::{RawClient, post};
use super::{Server, register_for_refresh};

const PATH: &str = "/api/v1/auth/refresh";
const BUSY: u16 = 503;

/// Clients, each in a thread with a connection and a session of its own. Their tokens outlast a run.
#[derive(Debug, Clone)]
pub(crate) struct Refreshers {
    server: SocketAddr,
    tokens: Arc<Mutex<Vec<String>>>,
    refused: Arc<AtomicU32>,
}

impl Refreshers {
    /// Registers this number of clients.
    pub(crate) async fn register(server: &Server, clients: usize) -> Result<Self> {
        let mut tokens = Vec::new();
        for number in 0..clients {
            tokens.push(register_for_refresh(server, &format!("client-{number}@bench.example")).await?);
        }
        Ok(Self { server: server.address(), tokens: Arc::new(Mutex::new(tokens)), refused: Arc::default() })
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
        let clients = self.clone();
        tokio::task::spawn_blocking(move || clients.run(time)).await?
    }

    fn run(&self, time: Duration) -> Result<f64> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let started = Instant::now();
        let counts: Vec<Result<u32>> = thread::scope(|scope| {
            let client = |token| scope.spawn(move || self.refresh_until(token, started + time));
            let clients: Vec<_> = tokens.iter_mut().map(client).collect();
            clients.into_iter().map(|it| it.join().unwrap_or_else(|_| Err(anyhow!("a client failed")))).collect()
        });
        let count = counts.into_iter().sum::<Result<u32>>()?;
        Ok(f64::from(count) / started.elapsed().as_secs_f64())
    }

    /// Returns how often. Who is refused because the service is busy tries again.
    fn refresh_until(&self, token: &mut String, end: Instant) -> Result<u32> {
        let mut client = RawClient::connect(self.server)?;
        let mut count = 0;
        while Instant::now() < end {
            let answer = client.exchange(&post(self.server, PATH, &json!({"refresh_token": token})))?;
            if answer.status == BUSY {
                self.refused.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            let body: Value = serde_json::from_slice(answer.body).context("an answer that is no JSON")?;
            ensure!(answer.status == 200, "a refresh was answered with {}: {body}", answer.status);
            let next = body["data"]["refresh_token"].as_str().context("no refresh token")?;
            ensure!(next != token.as_str(), "a refresh token was not replaced");
            next.clone_into(token);
            count += 1;
        }
        Ok(count)
    }
}

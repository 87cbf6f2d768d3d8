//! Users who register at one replica and show their tokens at every one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Client, Request};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::kit::{PASSWORD, Service};

const WORKERS: usize = 4;
/// How many tokens of its own a worker goes on to show, the first among them.
const KEPT: usize = 4;
const PAUSE: Duration = Duration::from_millis(20);

/// Counts through all loads on one database, so that no address comes twice.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// Shows tokens until it is stopped.
pub(super) struct TokenWatch {
    workers: JoinSet<Checked>,
    is_over: Arc<AtomicBool>,
}

/// The results of checking the tokens.
#[derive(Default)]
pub(super) struct Checked {
    pub(super) accepted: usize,
    refused: usize,
    /// A token from the beginning.
    pub(super) oldest: String,
}

impl Checked {
    pub(super) fn expect_none_refused(&self, algorithm: &str) -> Result<()> {
        ensure!(self.refused == 0, "{algorithm}: {} of {} tokens were refused", self.refused, self.accepted);
        ensure!(self.accepted > 0 && !self.oldest.is_empty(), "{algorithm}: no token was shown");
        Ok(())
    }
}

impl TokenWatch {
    pub(super) fn start(replicas: &[Service]) -> Self {
        let addresses: Vec<_> = replicas.iter().map(Service::address).collect();
        let is_over = Arc::new(AtomicBool::new(false));
        let mut workers = JoinSet::new();
        for worker in 0..WORKERS {
            let (addresses, is_over) = (addresses.clone(), Arc::clone(&is_over));
            workers.spawn(async move { work(worker, &addresses, &is_over).await });
        }
        Self { workers, is_over }
    }

    pub(super) async fn stop(mut self) -> Result<Checked> {
        self.is_over.store(true, Ordering::Relaxed);
        let mut all = Checked::default();
        while let Some(checked) = self.workers.join_next().await {
            let checked = checked.context("a worker has failed")?;
            all.accepted += checked.accepted;
            all.refused += checked.refused;
            if all.oldest.is_empty() {
                all.oldest = checked.oldest;
            }
        }
        Ok(all)
    }
}

async fn work(worker: usize, addresses: &[SocketAddr], is_over: &AtomicBool) -> Checked {
    let (mut checked, mut tokens) = (Checked::default(), Vec::new());
    while !is_over.load(Ordering::Relaxed) {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let at = addresses[(worker + number) % addresses.len()];
        let request = Request::register(&format!("token{number}@chaos.example"), PASSWORD);
        let answer = Client::without_keeping(at).send(&request).await;
        if let Some(token) = answer.ok().as_ref().and_then(|answer| answer.token()) {
            if tokens.len() == KEPT {
                tokens.remove(1);
            }
            tokens.push(token.to_owned());
        }
        for token in &tokens {
            for address in addresses {
                // One that is being restarted does not answer, and refuses nothing.
                match Client::without_keeping(*address).send(&Request::me(token)).await.map(|answer| answer.status) {
                    Ok(200) => checked.accepted += 1,
                    Ok(401) => checked.refused += 1,
                    _ => {}
                }
            }
        }
        sleep(PAUSE).await;
    }
    checked.oldest = tokens.into_iter().next().unwrap_or_default();
    checked
}

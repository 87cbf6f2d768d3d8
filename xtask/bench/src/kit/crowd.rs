//! Many clients that all want to log in.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Client, Request};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// The wait of a client after a refusal. Clients are told to wait for longer, and some will not.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_millis(100);

/// Clients that log in until they are stopped.
pub(crate) struct Crowd {
    clients: JoinSet<Result<BTreeMap<u16, usize>>>,
    is_over: Arc<AtomicBool>,
}

impl Crowd {
    /// Starts this number of clients.
    pub(crate) fn start(server: SocketAddr, clients: usize, request: &Request) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let client = |_| log_in_again_and_again(server, request.clone(), Arc::clone(&is_over));
        Self { clients: (0..clients).map(client).collect(), is_over: Arc::clone(&is_over) }
    }

    /// Lets every client get its last answer, and returns how many had which status.
    pub(crate) async fn stop(mut self) -> Result<BTreeMap<u16, usize>> {
        self.is_over.store(true, Ordering::Relaxed);
        let mut total: BTreeMap<u16, usize> = BTreeMap::new();
        while let Some(statuses) = self.clients.join_next().await {
            for (status, count) in statuses.context("a client has failed")?? {
                *total.entry(status).or_default() += count;
            }
        }
        let expected = total.keys().all(|status| [200, 429, 503].contains(status));
        ensure!(expected, "log-ins had other answers than 200, 429 and 503: {total:?}");
        Ok(total)
    }
}

async fn log_in_again_and_again(
    server: SocketAddr,
    request: Request,
    is_over: Arc<AtomicBool>,
) -> Result<BTreeMap<u16, usize>> {
    let mut client = Client::new(server);
    let mut statuses = BTreeMap::new();
    while !is_over.load(Ordering::Relaxed) {
        let status = client.send(&request).await?.status;
        *statuses.entry(status).or_default() += 1;
        if status != 200 {
            sleep(PAUSE_AFTER_REFUSAL).await;
        }
    }
    Ok(statuses)
}

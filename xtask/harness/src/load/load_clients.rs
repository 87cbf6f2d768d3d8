//! Clients that send requests until they are stopped, and the results that they collect together.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;

/// The running clients of a load.
pub struct LoadClients<R> {
    clients: JoinSet<Result<()>>,
    state: Arc<LoadState<R>>,
}

/// What the clients share.
#[derive(Default)]
pub struct LoadState<R> {
    is_stopped: AtomicBool,
    next: AtomicUsize,
    results: Mutex<R>,
}

impl<R: Default + Send + 'static> LoadClients<R> {
    /// Starts a client for each of these.
    pub fn start<C, F>(clients: impl IntoIterator<Item = C>, run: impl Fn(C, Arc<LoadState<R>>) -> F) -> Self
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let state = Arc::new(LoadState::default());
        let clients = clients.into_iter().map(|client| run(client, Arc::clone(&state))).collect();
        Self { clients, state }
    }

    /// What they have collected so far.
    pub fn results(&self) -> MutexGuard<'_, R> {
        self.state.results()
    }

    /// Waits for the last answer of every client, and returns the results.
    pub async fn stop(mut self) -> Result<R> {
        self.state.is_stopped.store(true, Ordering::Relaxed);
        while let Some(client) = self.clients.join_next().await {
            client.context("a client has failed")??;
        }
        Ok(std::mem::take(&mut self.state.results()))
    }
}

impl<R> LoadState<R> {
    /// Whether the clients are to stop.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    /// A number that no client has had.
    pub fn next_number(&self) -> usize {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// The results, to which clients add theirs.
    pub fn results(&self) -> MutexGuard<'_, R> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

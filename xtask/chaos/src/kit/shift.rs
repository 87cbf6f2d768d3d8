//! Workers of a load, who go on until they are told to stop, and what they write down together.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;

/// The state that the workers share.
#[derive(Default)]
pub(super) struct Shift<L> {
    is_over: AtomicBool,
    next: AtomicUsize,
    ledger: Mutex<L>,
}

impl<L: Default> Shift<L> {
    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// A number that no worker has had.
    pub(super) fn number(&self) -> usize {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, L> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets every worker get its last answer, and returns all that was done.
    pub(super) async fn end(&self, mut workers: JoinSet<()>) -> Result<L> {
        self.is_over.store(true, Ordering::Relaxed);
        while let Some(worker) = workers.join_next().await {
            worker.context("a worker of the load has failed")?;
        }
        Ok(std::mem::take(&mut self.ledger()))
    }
}

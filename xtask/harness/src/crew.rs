//! Workers who go on until they are told to stop, and what they write down together.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;

/// Workers who work.
pub struct Crew<N> {
    workers: JoinSet<Result<()>>,
    shift: Arc<Shift<N>>,
}

/// What the workers share.
#[derive(Default)]
pub struct Shift<N> {
    is_over: AtomicBool,
    next: AtomicUsize,
    notes: Mutex<N>,
}

impl<N: Default + Send + 'static> Crew<N> {
    /// Starts a worker for each of these.
    pub fn start<W, F>(workers: impl IntoIterator<Item = W>, work: impl Fn(W, Arc<Shift<N>>) -> F) -> Self
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let shift = Arc::new(Shift::default());
        let workers = workers.into_iter().map(|it| work(it, Arc::clone(&shift))).collect();
        Self { workers, shift }
    }

    /// Lets every worker get its last answer, and returns what they have written down.
    pub async fn stop(mut self) -> Result<N> {
        self.shift.is_over.store(true, Ordering::Relaxed);
        while let Some(worker) = self.workers.join_next().await {
            worker.context("a worker has failed")??;
        }
        Ok(std::mem::take(&mut self.shift.notes()))
    }
}

impl<N> Shift<N> {
    /// Whether to stop.
    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// A number that no worker has had.
    pub fn number(&self) -> usize {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// For a worker to write in.
    pub fn notes(&self) -> MutexGuard<'_, N> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

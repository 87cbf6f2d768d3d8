use std::hash::Hash;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::Shared;
use ore_domain::{BoxFuture, Timestamp};
use quick_cache::sync::Cache;

use crate::get_or_start::get_or_start;

/// When a session or an API key was last used is known to a minute.
pub(crate) const USE_INTERVAL: Duration = Duration::from_mins(1);

/// Sessions, or API keys, at the most.
const CAPACITY: usize = 10_000;

/// Which uses of sessions or API keys were noted a moment ago, or are being: calls of one that come at once note one.
pub(crate) struct UseNotes<K>(Cache<K, RunningNote<K>>);

/// A use of a session or an API key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Use<K> {
    pub(crate) of: K,
    /// Of the access token; API keys have one alone.
    pub(crate) generation: i64,
    /// Whether it may be the first of its generation.
    pub(crate) is_first: bool,
    pub(crate) at: Timestamp,
}

#[derive(Clone)]
struct RunningNote<K> {
    of: Use<K>,
    noting: Shared<BoxFuture<'static, bool>>,
}

impl<K: Copy + Hash + Eq> UseNotes<K> {
    pub(crate) fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// Returns when the use is noted or that has failed. `note` tells which; the next use is noted after a failure.
    pub(crate) async fn note(&self, of: Use<K>, note: impl FnOnce() -> BoxFuture<'static, bool>) {
        let start = || RunningNote { of, noting: note().shared() };
        let (note, _) = get_or_start(&self.0, &of.of, |note| note.counts_for(&of), start);
        note.noting.await;
    }
}

impl<K> RunningNote<K> {
    fn counts_for(&self, other: &Use<K>) -> bool {
        let has_failed = self.noting.peek() == Some(&false);
        let is_of_token = !other.is_first || self.of.generation == other.generation;
        is_of_token && other.at < self.of.at + USE_INTERVAL && !has_failed
    }
}

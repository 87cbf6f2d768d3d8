use std::hash::Hash;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::Shared;
use ore_domain::{BoxFuture, Timestamp};
use quick_cache::sync::Cache;

use crate::get_or_start::get_or_start;

/// The time of the last use of a session or an API key is stored to the minute.
pub(crate) const USE_INTERVAL: Duration = Duration::from_mins(1);

/// How many sessions, or API keys, at the most.
const CAPACITY: usize = 10_000;

/// Has the last uses of sessions or API keys stored. Calls of one that come at the same time share one write.
pub(crate) struct LastUseRecorder<K>(Cache<K, StartedWrite<K>>);

/// A use of a session or an API key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastUse<K> {
    pub(crate) id: K,
    /// Of the access token; API keys have one alone.
    pub(crate) generation: i64,
    /// Whether it may be the first of its generation.
    pub(crate) is_first: bool,
    pub(crate) at: Timestamp,
}

#[derive(Clone)]
struct StartedWrite<K> {
    last_use: LastUse<K>,
    writing: Shared<BoxFuture<'static, bool>>,
}

impl<K: Copy + Hash + Eq> LastUseRecorder<K> {
    pub(crate) fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// Returns when `write` has ended, whose result says whether it has succeeded. After a failure the next use is written.
    pub(crate) async fn record(&self, last_use: LastUse<K>, write: impl FnOnce() -> BoxFuture<'static, bool>) {
        let start = || StartedWrite { last_use, writing: write().shared() };
        let (started, _) = get_or_start(&self.0, &last_use.id, |started| started.covers(&last_use), start);
        started.writing.await;
    }
}

impl<K> StartedWrite<K> {
    /// Whether this write makes another one needless.
    fn covers(&self, other: &LastUse<K>) -> bool {
        let has_failed = self.writing.peek() == Some(&false);
        let is_of_token = !other.is_first || self.last_use.generation == other.generation;
        is_of_token && other.at < self.last_use.at + USE_INTERVAL && !has_failed
    }
}

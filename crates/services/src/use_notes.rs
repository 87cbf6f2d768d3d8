use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::Shared;
use ore_domain::{BoxFuture, SessionId, Timestamp};
use quick_cache::sync::Cache;

use crate::get_or_start::get_or_start;

/// When a session was last used is known to a minute.
pub(crate) const USE_INTERVAL: Duration = Duration::from_mins(1);

/// Sessions at the most.
const CAPACITY: usize = 10_000;

/// Which uses of sessions were noted a moment ago, or are being: calls of one session that come at once note one.
pub(crate) struct UseNotes(Cache<SessionId, Note>);

/// A use of a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionUse {
    pub(crate) session: SessionId,
    /// Of the access token.
    pub(crate) generation: i64,
    /// Whether it may be the first of its generation.
    pub(crate) is_first: bool,
    pub(crate) at: Timestamp,
}

#[derive(Clone)]
struct Note {
    of: SessionUse,
    noting: Shared<BoxFuture<'static, bool>>,
}

impl UseNotes {
    pub(crate) fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// Returns when the use is noted or that has failed. `note` tells which; the next use is noted after a failure.
    pub(crate) async fn note(&self, of: SessionUse, note: impl FnOnce() -> BoxFuture<'static, bool>) {
        let start = || Note { of, noting: note().shared() };
        let (note, _) = get_or_start(&self.0, &of.session, |note| note.counts_for(&of), start);
        note.noting.await;
    }
}

impl Note {
    fn counts_for(&self, other: &SessionUse) -> bool {
        let has_failed = self.noting.peek() == Some(&false);
        let is_of_token = !other.is_first || self.of.generation == other.generation;
        is_of_token && other.at < self.of.at + USE_INTERVAL && !has_failed
    }
}

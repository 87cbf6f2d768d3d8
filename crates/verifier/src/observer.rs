use strum::IntoStaticStr;

use crate::{FeedUpdate, KeySetUpdate, Reason};

/// The sources that are read in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// The key set of the issuer.
    Keys,
    /// The revocation feed of the issuer.
    Revocations,
    /// The directory that keeps both across restarts.
    Directory,
}

impl Source {
    /// A stable name in `snake_case`, for metrics.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Gets events for metrics. By default each method does nothing. Requests wait for the methods, so they have to be
/// quick.
pub trait Observer: Send + Sync {
    /// A token was checked.
    fn checked(&self, _outcome: Result<(), Reason>) {}

    /// A key set was read.
    fn keys_replaced(&self, _update: KeySetUpdate) {}

    /// Revocations were read.
    fn revocations_applied(&self, _update: &FeedUpdate) {}

    /// The issuer has answered in the background (feature `refresh`), with new or unchanged data, and the answer is in
    /// use.
    fn refreshed(&self, _source: Source) {}

    /// The issuer gave no valid answer, or a file could not be read or written (feature `refresh`).
    fn refresh_failed(&self, _source: Source, _error: &(dyn std::error::Error + 'static)) {}
}

/// An observer that does nothing.
pub(crate) struct NoObserver;

impl Observer for NoObserver {}

use crate::{FeedUpdate, KeySetUpdate, Reason};

/// The sources that are read in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// A name in `snake_case` that does not change, for metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Revocations => "revocations",
            Self::Directory => "directory",
        }
    }
}

/// Is told what happens, for metrics; each method does nothing unless it is written. They are called while requests wait,
/// so they have to be quick.
pub trait Observer: Send + Sync {
    /// A token was checked.
    fn checked(&self, _outcome: Result<(), Reason>) {}

    /// A key set was taken.
    fn keys_replaced(&self, _update: KeySetUpdate) {}

    /// Revocations were taken.
    fn revocations_applied(&self, _update: &FeedUpdate) {}

    /// The issuer has answered in the background (feature `refresh`), with something new or not, and the answer is kept.
    fn refreshed(&self, _source: Source) {}

    /// The issuer did not answer as it should, or a file could not be read or written (feature `refresh`).
    fn refresh_failed(&self, _source: Source, _error: &(dyn std::error::Error + 'static)) {}
}

/// Whoever wants no metrics.
pub(crate) struct NoObserver;

impl Observer for NoObserver {}

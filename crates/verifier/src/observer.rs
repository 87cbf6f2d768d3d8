use crate::{FeedUpdate, KeySetUpdate, Reason};

/// Is told what happens, for metrics; each method does nothing unless it is written. They are called while requests wait,
/// so they have to be quick.
pub trait Observer: Send + Sync {
    /// A token was checked.
    fn checked(&self, _outcome: Result<(), Reason>) {}

    /// A key set was taken.
    fn keys_replaced(&self, _update: KeySetUpdate) {}

    /// Revocations were taken.
    fn revocations_applied(&self, _update: &FeedUpdate) {}
}

/// Whoever wants no metrics.
pub(crate) struct NoObserver;

impl Observer for NoObserver {}

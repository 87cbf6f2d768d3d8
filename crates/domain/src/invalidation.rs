use crate::{ApiKeyId, ServiceAccountId, SessionId, UserId};

/// The cache entries that a change makes stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stale {
    /// Everything that was read of this user.
    User(UserId),
    /// Everything that was read of this session.
    Session(SessionId),
    /// Everything that was read of this API key.
    ApiKey(ApiKeyId),
    /// Everything that was read of this service account.
    ServiceAccount(ServiceAccountId),
    /// Everything that was read of any user.
    EveryUser,
}

/// The result of a changing method of a repository. The caller gets it once the transaction knows which entries are
/// stale.
#[derive(Debug)]
#[must_use = "caches keep what is stale until `invalidate` is called"]
pub struct Changed<T> {
    answer: T,
    stale: Option<Stale>,
}

impl<T> Changed<T> {
    /// An answer, and what is stale because of it.
    pub const fn new(answer: T, stale: Stale) -> Self {
        Self { answer, stale: Some(stale) }
    }

    /// An answer after which nothing is stale, since nothing was changed.
    pub const fn nothing(answer: T) -> Self {
        Self { answer, stale: None }
    }

    /// The answer. Caches drop what is stale when the transaction has ended, before its caller hears of it.
    pub fn invalidate(self, transaction: &mut (impl Invalidations + ?Sized)) -> T {
        transaction.stale().extend(self.stale);
        self.answer
    }
}

/// A transaction that keeps what it makes stale until its end.
pub trait Invalidations {
    /// The entries that this work has made stale so far.
    fn stale(&mut self) -> &mut Vec<Stale>;
}

/// Caches of what is stored.
pub trait Caches: Send + Sync {
    /// Drops what is stale, also what is being read while this is called.
    fn invalidate(&self, stale: Stale);
}

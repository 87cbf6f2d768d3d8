use crate::{StoreError, Timestamp};

/// A call that is carried out once, even if the client sends it again
/// (draft-ietf-httpapi-idempotency-key-header-07).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotentCall {
    /// A keyed hash of the caller, the path and the key that the client chose.
    pub id: String,
    /// A keyed hash of the body.
    pub fingerprint: String,
    /// When it arrived.
    pub at: Timestamp,
    /// Until then the same call is refused because it is running.
    pub running_until: Timestamp,
    /// Until then its answer is stored.
    pub expires_at: Timestamp,
}

/// A call that a process carries out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedUntil {
    /// The [`IdempotentCall::id`].
    pub id: String,
    /// The [`IdempotentCall::running_until`], which tells the claim from a later one.
    pub running_until: Timestamp,
}

/// The state of a call with an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallState {
    /// It is for the asker to carry out.
    New,
    /// Somebody carries it out.
    Running,
    /// It was carried out; the sealed answer.
    Done(Vec<u8>),
    /// The key was used with another body.
    OtherBody,
}

/// The calls that are carried out once.
pub trait IdempotentCalls {
    /// What is known of a call. One that is new is the asker's from then on.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with [`Constraint::IdempotencyKey`](crate::Constraint::IdempotencyKey) when another
    /// asker came at the same time, else [`StoreError::Unavailable`] or [`StoreError::Other`].
    fn claim_call(&mut self, call: &IdempotentCall) -> Result<CallState, StoreError>;

    /// Keeps the answer of a call, unless somebody else has taken it on since.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot do it.
    fn finish_call(&mut self, call: &ClaimedUntil, sealed: &[u8]) -> Result<(), StoreError>;

    /// Forgets a call that was refused, unless somebody else has taken it on since.
    ///
    /// # Errors
    /// As [`IdempotentCalls::finish_call`].
    fn release_call(&mut self, call: &ClaimedUntil) -> Result<(), StoreError>;

    /// Deletes at most `limit` answers that are kept no longer; how many.
    ///
    /// # Errors
    /// As [`IdempotentCalls::finish_call`].
    fn delete_expired_calls(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError>;
}

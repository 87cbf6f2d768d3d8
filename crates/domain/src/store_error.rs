use crate::UnreadableUser;

/// The cause of a failure: for the log, never for a client.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A rule of uniqueness refused the change.
    #[error("conflict with {0:?}")]
    Conflict(Constraint),
    /// The user who was looked for is there and cannot be read. The only error after which a transaction can go on.
    #[error(transparent)]
    Unreadable(#[from] UnreadableUser),
    /// The store is away, overloaded or full: the same request can succeed later.
    #[error("the store is unavailable: {0}")]
    Unavailable(#[source] Cause),
    /// Anything else: a fault in the store or in our use of it.
    #[error("the store failed: {0}")]
    Other(#[source] Cause),
}

impl StoreError {
    /// The store is away, overloaded or full.
    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        Self::Unavailable(cause.into())
    }

    /// A fault in the store or in our use of it.
    pub fn other(cause: impl Into<Cause>) -> Self {
        Self::Other(cause.into())
    }

    /// The same for somebody else who waits for the same work: its cause is text.
    #[must_use]
    pub fn to_copy(&self) -> Self {
        match self {
            Self::Conflict(constraint) => Self::Conflict(*constraint),
            Self::Unreadable(user) => Self::Unreadable(user.clone()),
            Self::Unavailable(cause) => Self::unavailable(cause.to_string()),
            Self::Other(cause) => Self::other(cause.to_string()),
        }
    }
}

/// The rules of uniqueness that a change can violate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constraint {
    /// One account for each canonical e-mail address.
    UserEmail,
    /// One role of each name.
    RoleName,
    /// One call of each idempotency key.
    IdempotencyKey,
    /// One pair of keys of each name, and one that signs.
    SigningKey,
    /// One passkey of each credential.
    Passkey,
}

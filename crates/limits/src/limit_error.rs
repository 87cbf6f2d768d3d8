use std::time::Duration;

use ore_domain::{RateLimitPolicy, StoreError};

/// A request was one too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the limit {} was passed", policy.name)]
pub struct RateLimited {
    /// The limit that it passed.
    pub policy: RateLimitPolicy,
    /// How long to wait until the next request is carried out.
    pub retry_after: Duration,
}

/// Why a call is not admitted.
#[derive(Debug, thiserror::Error)]
pub enum LimitError {
    /// It is one too many.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// Nobody can count it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

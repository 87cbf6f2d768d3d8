use ore_domain::StoreError;
use ore_security::token::TokenError;

use crate::audit::{AuditedError, Refusal};

/// Why a client got no token in exchange for another.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The token to exchange is not a valid access token of ours.
    #[error("the token that was to be exchanged is not valid")]
    InvalidSubject,
    /// No tokens are given for this audience.
    #[error("no tokens are given for this audience")]
    InvalidTarget,
    /// The token and the client may not both do all that was asked for.
    #[error("the token or the client may not do all that was asked for")]
    InvalidScope,
    /// The token could not be signed.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuditedError for ExchangeError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::InvalidSubject => Refusal::failure("invalid_subject", None),
            Self::InvalidTarget => Refusal::denied("invalid_target", None),
            Self::InvalidScope => Refusal::denied("invalid_scope", None),
            Self::Token(_) => Refusal::broken(),
            Self::Store(error) => error.refusal(),
        }
    }
}

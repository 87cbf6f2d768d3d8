use ore_domain::StoreError;
use ore_security::random::RandomnessError;
use ore_security::sealing::SealingError;

use super::ProofError;
use crate::audit::{AuditedError, Refusal};

/// Why a user could not change their second factors.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// There is no key that the secret could be sealed with.
    #[error("BACKEND_KEY_ENCRYPTION_KEY is not set, so that no secret can be kept")]
    NotConfigured,
    /// The code is not of the secret that was given out last in this session, or that was too long ago.
    #[error("the code is wrong")]
    InvalidCode,
    /// The user has no such factor.
    #[error("the user has no such factor")]
    NotFound,
    /// The user must have a second factor, and this is the last one.
    #[error("the user must have a second factor")]
    Required,
    /// The session of the call has ended meanwhile.
    #[error("the session has ended")]
    EndedSession,
    /// The secret could not be sealed or opened.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ProofError> for FactorError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Sealing(error) => error.into(),
            ProofError::Store(error) => error.into(),
        }
    }
}

impl AuditedError for FactorError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::NotConfigured => Refusal::denied("not_configured", None),
            Self::InvalidCode => Refusal::failure("invalid_code", None),
            Self::NotFound => Refusal::failure("not_found", None),
            Self::Required => Refusal::denied("mfa_is_required", None),
            Self::EndedSession => Refusal::failure("ended", None),
            Self::Store(error) => error.refusal(),
            Self::Sealing(_) | Self::Randomness(_) => Refusal::broken(),
        }
    }
}

use std::time::Duration;

use ore_domain::{StoreError, UserId};
use ore_security::random::RandomnessError;
use ore_security::sealing::SealingError;

use super::{ProofError, SecondFactorProof};
use crate::audit::{AuditedError, Refusal};
use crate::throttle::AttemptError;
use crate::{OpenSessionError, PasskeyError, PasskeyRefusal};

/// Why a log-in did not get past its second factor.
#[derive(Debug, thiserror::Error)]
pub enum SecondFactorError {
    /// The token stands for no log-in: it is unknown, too old, tried too often or used, or the credentials are others by now.
    #[error("the token stands for no log-in")]
    InvalidToken(Option<UserId>),
    /// The code is wrong, or was used before.
    #[error("the second factor of user {0} was not shown")]
    InvalidCode(UserId),
    /// The passkey does not count.
    #[error("the passkey of user {1} does not count")]
    InvalidPasskey(PasskeyRefusal, UserId),
    /// Nobody knows which site passkeys would be for.
    #[error("passkeys need BACKEND_PUBLIC_URL")]
    NotConfigured,
    /// Too many failed in a row.
    #[error("too many log-ins of the account failed in a row")]
    Throttled {
        /// When to try again.
        retry_after: Duration,
    },
    /// The secret of the user cannot be opened.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The tokens could not be made.
    #[error(transparent)]
    Session(#[from] OpenSessionError),
}

impl SecondFactorError {
    /// The user was to show a passkey.
    pub(crate) fn of_passkey(error: PasskeyError, user: UserId) -> Self {
        match error {
            PasskeyError::Invalid(refusal) => Self::InvalidPasskey(refusal, user),
            PasskeyError::Store(error) => error.into(),
            _ => Self::NotConfigured,
        }
    }

    /// The error for a wrong or used proof.
    pub(crate) const fn of_proof(proof: &SecondFactorProof, user: UserId) -> Self {
        match proof {
            SecondFactorProof::Passkey(_) => Self::InvalidPasskey(PasskeyRefusal::ChangedMeanwhile(user), user),
            SecondFactorProof::Code(_) | SecondFactorProof::RecoveryCode(_) => Self::InvalidCode(user),
        }
    }
}

impl From<RandomnessError> for SecondFactorError {
    fn from(error: RandomnessError) -> Self {
        Self::Session(error.into())
    }
}

impl From<ProofError> for SecondFactorError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Sealing(error) => error.into(),
            ProofError::Store(error) => error.into(),
        }
    }
}

impl AttemptError for SecondFactorError {
    fn throttled(retry_after: Duration) -> Self {
        Self::Throttled { retry_after }
    }

    fn is_failure(&self) -> bool {
        matches!(self, Self::InvalidCode(_))
    }
}

impl AuditedError for SecondFactorError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::InvalidToken(user) => Refusal::failure("invalid_token", *user),
            Self::InvalidCode(user) => Refusal::failure("invalid_code", Some(*user)),
            Self::InvalidPasskey(refusal, user) => Refusal { user: Some(*user), ..refusal.refusal() },
            Self::NotConfigured => Refusal::denied("not_configured", None),
            Self::Throttled { .. } => Refusal::throttled(),
            Self::Store(error) => error.refusal(),
            Self::Sealing(_) | Self::Session(_) => Refusal::broken(),
        }
    }
}

use ore_domain::{StoreError, Timestamp};
use ore_security::sealing::SealingError;
use ore_security::token::{Algorithm, KeyError};

use crate::audit::{AuditedError, Refusal};

/// Why nothing was done to a pair of keys.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// There is none of this name.
    #[error("there is no such key")]
    NotFound,
    /// It is there already.
    #[error("the key is there already")]
    AlreadyExists,
    /// Only a key that has not signed yet is activated.
    #[error("only a key in the state next can be activated")]
    NotNext,
    /// It would sign nothing: what signs is of another algorithm.
    #[error(
        "the key is one of {found}, and BACKEND_ALGORITHM is {wanted}; a start with BACKEND_ALGORITHM={found} activates it"
    )]
    OtherAlgorithm {
        /// The algorithm of the key.
        found: String,
        /// The algorithm of the settings.
        wanted: Algorithm,
    },
    /// Others may not have learnt it yet.
    #[error("the key can be activated from {at} on, when others have learnt it; --now does it at once")]
    TooEarly {
        /// From when on it can be activated.
        at: Timestamp,
    },
    /// A key that signs is replaced, or ended because it was stolen.
    #[error("the key signs; activate another first, or end it with --now if it was stolen")]
    Signs,
    /// Without it no token could be signed.
    #[error("there is no other key that could sign; make one with `keys stage` first")]
    OnlyActive,
    /// Nothing can be sealed.
    #[error("BACKEND_KEY_ENCRYPTION_KEY is not set, and keys are stored sealed")]
    NoSealingKey,
    /// The key is none that can be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The key cannot be sealed or opened.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuditedError for SigningKeyError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::NotFound => Refusal::failure("not_found", None),
            Self::AlreadyExists => Refusal::failure("already_exists", None),
            Self::NotNext | Self::Signs | Self::OnlyActive | Self::OtherAlgorithm { .. } => {
                Refusal::failure("wrong_state", None)
            }
            Self::TooEarly { .. } => Refusal::failure("too_early", None),
            Self::Key(_) => Refusal::failure("unusable_key", None),
            Self::NoSealingKey | Self::Sealing(_) => Refusal::broken(),
            Self::Store(error) => error.refusal(),
        }
    }
}

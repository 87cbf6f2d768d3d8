use std::time::Duration;

use ore_domain::{BoxFuture, Cause, Password, PasswordHash};
use ore_security::password::{HashError, Verification};

use crate::audit::{AuditedError, Refusal};

/// Memory that is short may be free again as soon as another hash, here or in another process, has ended.
const MEMORY_RETURNS: Duration = Duration::from_secs(1);

/// Hashing and verifying passwords without blocking the calling thread.
pub trait PasswordHashing: Send + Sync {
    /// A new hash of `password`, with a salt of its own.
    fn hash(&self, password: Password) -> BoxFuture<'_, Result<PasswordHash, HashingError>>;

    /// As [`PasswordHashing::hash`], for a password that a user chooses now.
    ///
    /// # Errors
    /// Also [`HashingError::Breached`].
    fn hash_new(&self, password: Password) -> BoxFuture<'_, Result<PasswordHash, HashingError>> {
        self.hash(password)
    }

    /// Compares `password` with a stored hash.
    ///
    /// One turn and the same work whatever is stored, as [`Argon2Hasher::verify`] says, so that the time taken does not
    /// tell whether there is an account.
    ///
    /// [`Argon2Hasher::verify`]: ore_security::password::Argon2Hasher::verify
    fn verify(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> BoxFuture<'_, Result<Verification, HashingError>>;
}

/// Why a password was neither hashed nor compared.
#[derive(Debug, thiserror::Error)]
pub enum HashingError {
    /// Too many hashes wait, memory is short, or the process is ending: the same request can succeed later.
    #[error("password hashing is unavailable: {cause}")]
    Unavailable {
        /// The missing resource.
        #[source]
        cause: Cause,
        /// When to try again.
        retry_after: Duration,
    },
    /// The password is known from a breach (ASVS 5.0, 6.2.12).
    #[error("the password is known from a breach")]
    Breached,
    /// The machine or our use of the hasher is at fault.
    #[error(transparent)]
    Failed(HashError),
}

impl From<HashError> for HashingError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::OutOfMemory => Self::Unavailable { cause: error.into(), retry_after: MEMORY_RETURNS },
            other => Self::Failed(other),
        }
    }
}

impl AuditedError for HashingError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::Unavailable { .. } => Refusal::failure("unavailable", None),
            Self::Breached => Refusal::failure("common_password", None),
            Self::Failed(_) => Refusal::broken(),
        }
    }
}

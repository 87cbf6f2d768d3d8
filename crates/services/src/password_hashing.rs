use ore_domain::{BoxFuture, Cause, Password, PasswordHash};
use ore_security::password::{HashError, Verification};

/// Hashing and verifying passwords without blocking the calling thread.
pub trait PasswordHashing: Send + Sync {
    /// A new hash of `password`, with a salt of its own.
    fn hash(&self, password: Password) -> BoxFuture<'_, Result<PasswordHash, HashingError>>;

    /// Compares `password` with a stored hash.
    ///
    /// Without one the answer is [`Verification::Mismatch`] after the same work as with one, so that the time taken
    /// does not tell whether there is an account.
    fn verify(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> BoxFuture<'_, Result<Verification, HashingError>>;
}

/// Why a password was neither hashed nor compared.
#[derive(Debug, thiserror::Error)]
pub enum HashingError {
    /// Too many hashes are waiting, or the process is ending: the same request can succeed later.
    #[error("password hashing is unavailable: {0}")]
    Unavailable(#[source] Cause),
    /// The stored hash or the machine is at fault.
    #[error(transparent)]
    Failed(#[from] HashError),
}

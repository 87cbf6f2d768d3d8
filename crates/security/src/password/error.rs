use thiserror::Error;

use crate::random::RandomnessError;

/// Why a password was not hashed or not checked.
///
/// No variant and no message holds any part of a password or of a hash, so the error may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HashError {
    /// The cost settings are outside what Argon2 allows (RFC 9106, section 3.1).
    #[error("invalid Argon2 parameters: {0}")]
    InvalidParameters(argon2::Error),
    /// The password is longer than [`MAXIMUM_PASSWORD_BYTES`](super::MAXIMUM_PASSWORD_BYTES).
    #[error("the password is too long")]
    PasswordTooLong,
    /// The password contains the character NUL.
    #[error("the password contains NUL")]
    PasswordContainsNul,
    /// The stored hash is of no kind that can be verified, or not in the form of its kind.
    #[error("the stored password hash is malformed")]
    MalformedHash,
    /// The stored hash asks for more memory or time than this hasher is willing to spend, or is of an unusual length. It
    /// was not computed.
    #[error("the stored password hash has parameters out of bounds")]
    ParametersOutOfBounds,
    /// The memory for the hash could not be allocated.
    #[error("not enough memory to hash a password")]
    OutOfMemory,
    /// The operating system gave no random bytes for the salt.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

use ore_security::token::{Algorithm, KeyError, TokenError};
use thiserror::Error;

use crate::{MAXIMUM_FEED_BYTES, MAXIMUM_KEY_SET_BYTES, MAXIMUM_KEYS, MAXIMUM_SESSIONS, MAXIMUM_USERS};

/// Why a verifier cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No issuer.
    #[error("the issuer is empty")]
    NoIssuer,
    /// No audience: tokens for other services would be accepted.
    #[error("the audience is missing")]
    NoAudience,
    /// A secret shorter than RFC 7518, section 3.2, asks for.
    #[error("the secret of {0} is too short")]
    SecretTooShort(Algorithm),
    /// A secret for an algorithm whose keys come in pairs.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Two verifiers for the tokens of one issuer.
    #[error("there are two verifiers of one issuer")]
    SameIssuer,
    /// A leeway above 30 seconds.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// Why a key set was not taken; the one before it stays until it is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeySetError {
    /// More than [`MAXIMUM_KEY_SET_BYTES`].
    #[error("the key set has more than {MAXIMUM_KEY_SET_BYTES} bytes")]
    TooLong,
    /// Not a JSON object with a list `keys` (RFC 7517, section 5).
    #[error("the key set is malformed")]
    Malformed,
    /// More than [`MAXIMUM_KEYS`].
    #[error("the key set has more than {MAXIMUM_KEYS} keys")]
    TooManyKeys,
}

/// Why revocations were not taken; those before stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FeedError {
    /// The verifier was built without [`revocations`](crate::VerifierBuilder::revocations).
    #[error("the verifier was built without revocations")]
    NotExpected,
    /// More than [`MAXIMUM_FEED_BYTES`].
    #[error("the revocations have more than {MAXIMUM_FEED_BYTES} bytes")]
    TooLong,
    /// Not the envelope of an answer, or one entry is not as it should be. No entry is skipped: it could be the one that
    /// matters.
    #[error("the revocations are malformed")]
    Malformed,
    /// More than [`MAXIMUM_SESSIONS`] or [`MAXIMUM_USERS`], those that are known already included.
    #[error("there are more than {MAXIMUM_SESSIONS} sessions or {MAXIMUM_USERS} users")]
    TooMany,
}

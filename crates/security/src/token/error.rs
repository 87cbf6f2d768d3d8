use thiserror::Error;

use super::KeyError;
use crate::random::RandomnessError;

/// Why a token was refused, or not made.
///
/// The variants are for the log of the service. A client gets one and the same answer for all of them, or it learns
/// how far a forgery got. No variant and no message holds any part of a token, so the error may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Longer than [`MAXIMUM_TOKEN_BYTES`](super::MAXIMUM_TOKEN_BYTES); nothing was decoded. Also when a token that
    /// is to be made would be that long.
    #[error("the token is too long")]
    TooLong,
    /// Not three segments of canonical, unpadded base64url (RFC 7515, section 2).
    #[error("the token is malformed")]
    Malformed,
    /// The header is not a JSON object of exactly the expected parameters, each once; of an algorithm whose keys come in
    /// pairs, `kid` is one of them.
    #[error("the token's header is not acceptable")]
    UnacceptableHeader,
    /// The header names another algorithm than those that are expected.
    #[error("the token's algorithm is not the expected one")]
    WrongAlgorithm,
    /// The header's `typ` is that of a token for another purpose.
    #[error("the token's type is not the expected one")]
    WrongType,
    /// The header names a key that is not known: another issuer's, one that is gone, or one that is too new.
    #[error("the token's key is not known")]
    UnknownKey,
    /// The signature is not that of the expected key.
    #[error("the token's signature is invalid")]
    InvalidSignature,
    /// A claim is missing, doubled, of the wrong type or out of range, or `exp` is not after `iat`.
    #[error("the token's claims are malformed")]
    MalformedClaims,
    /// The time is at or past `exp`.
    #[error("the token has expired")]
    Expired,
    /// The time is before `nbf` by more than the leeway.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// The time is before `iat` by more than the leeway.
    #[error("the token was issued in the future")]
    IssuedInTheFuture,
    /// `iss` is not the expected issuer.
    #[error("the token's issuer is not the expected one")]
    WrongIssuer,
    /// `aud` does not name the expected audience.
    #[error("the token's audience is not the expected one")]
    WrongAudience,
    /// The time argument is before 1970 or after 9999.
    #[error("the time is out of range")]
    TimeOutOfRange,
    /// A token was to be made with a lifetime of less than a second, or one that ends after 9999.
    #[error("the token's lifetime is out of range")]
    InvalidLifetime,
    /// The further claims of a token to be made are not a JSON object, or one has the name of a standard claim.
    #[error("the token's further claims are not acceptable")]
    UnacceptableExtraClaims,
    /// A secret key without a single byte.
    #[error("the secret key is empty")]
    EmptySecretKey,
    /// A leeway above [`MAXIMUM_LEEWAY`](super::MAXIMUM_LEEWAY).
    #[error("the leeway is too long")]
    LeewayTooLong,
    /// The cryptographic library refused to sign.
    #[error("the token could not be signed")]
    Signing,
    /// There are no keys to sign or to check with yet.
    #[error("there are no keys yet")]
    NoKeys,
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The operating system gave no random bytes for the token's identifier.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

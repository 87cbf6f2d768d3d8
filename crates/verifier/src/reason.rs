use ore_security::token::TokenError;
use strum::IntoStaticStr;
use thiserror::Error;

/// Why a token was refused: for logs and metrics. A client learns only that the token is invalid, or a forger would learn
/// how far a forgery got. No reason holds any part of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error, IntoStaticStr)]
#[error("{}", self.name())]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// More than 4096 bytes; nothing was decoded.
    TooLong,
    /// Not three segments of canonical, unpadded base64url (RFC 7515, section 2).
    Malformed,
    /// The header has other parameters than `alg`, `typ` and `kid`.
    UnacceptableHeader,
    /// There is no key of the algorithm that the header names.
    WrongAlgorithm,
    /// `typ` is that of a token for another purpose.
    WrongType,
    /// There is no key of the name in the header: another issuer's, one that was withdrawn, or one that is too new.
    UnknownKey,
    /// The signature is not that of the key.
    InvalidSignature,
    /// A claim is missing, doubled, of the wrong type or out of range.
    MalformedClaims,
    /// The time is at or past `exp`.
    Expired,
    /// The time is before `nbf` by more than the leeway.
    NotYetValid,
    /// The time is before `iat` by more than the leeway.
    IssuedInTheFuture,
    /// `iss` is another issuer.
    WrongIssuer,
    /// `iss` is none of the issuers that were named ([`Verifier::with_issuers`](crate::Verifier::with_issuers)).
    UnknownIssuer,
    /// `aud` does not name this service.
    WrongAudience,
    /// The token lives longer than revocations of users are kept (`longest_token_life`).
    LifetimeTooLong,
    /// The session of the token has ended, or the key of the client was revoked.
    SessionRevoked,
    /// All tokens of the user that are as old as this one were revoked.
    UserRevoked,
    /// No key set has been read yet.
    KeysUnavailable,
    /// The key set is older than `max_stale`.
    KeysStale,
    /// The revocations are older than `max_stale`, or have not been read yet, and the service refuses then.
    RevocationsStale,
    /// A check that is newer than this list has failed.
    Other,
}

impl Reason {
    /// A name in `snake_case` that does not change, for metrics.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether nothing is wrong with the token: this service lacks what it needs to check it, and a later try may succeed.
    pub const fn is_outage(self) -> bool {
        matches!(self, Self::KeysUnavailable | Self::KeysStale | Self::RevocationsStale)
    }
}

impl From<TokenError> for Reason {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::TooLong => Self::TooLong,
            TokenError::Malformed => Self::Malformed,
            TokenError::UnacceptableHeader => Self::UnacceptableHeader,
            TokenError::WrongAlgorithm => Self::WrongAlgorithm,
            TokenError::WrongType => Self::WrongType,
            TokenError::UnknownKey => Self::UnknownKey,
            TokenError::InvalidSignature => Self::InvalidSignature,
            TokenError::MalformedClaims => Self::MalformedClaims,
            TokenError::Expired => Self::Expired,
            TokenError::NotYetValid => Self::NotYetValid,
            TokenError::IssuedInTheFuture => Self::IssuedInTheFuture,
            TokenError::WrongIssuer => Self::WrongIssuer,
            TokenError::WrongAudience => Self::WrongAudience,
            _ => Self::Other,
        }
    }
}

use ore_domain::{SessionId, StoreError, UserId};
use ore_security::opaque_token::{OpaqueToken, TokenKind};

use crate::OpenSessionError;

/// Why a refresh token gave no tokens.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// It is none, unknown, or its session is over: the answer does not tell which.
    #[error("the refresh token is not valid: {0}")]
    Invalid(RefreshRefusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The tokens could not be made.
    #[error(transparent)]
    Session(#[from] OpenSessionError),
}

/// Why a refresh token was refused, for the log alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefreshRefusal {
    /// The text is no refresh token.
    #[error("it is none")]
    Malformed,
    /// Nobody was given it, or its session is long over.
    #[error("it is unknown")]
    Unknown,
    /// Its session has ended, reached its end, or its user may no longer use it.
    #[error("the session is over")]
    Ended(UserId),
    /// It was exchanged before and came again, which a thief or the robbed one does: the session has ended for it (RFC
    /// 9700, section 4.14.2).
    #[error("it was used before")]
    Reused(UserId, SessionId),
}

/// Looks at the text alone.
pub(crate) fn parse(refresh_token: &str) -> Result<OpaqueToken, RefreshError> {
    let parsed = OpaqueToken::parse(TokenKind::Refresh, refresh_token);
    parsed.map_err(|_| RefreshError::Invalid(RefreshRefusal::Malformed))
}

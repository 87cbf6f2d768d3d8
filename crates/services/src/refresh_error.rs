use ore_domain::{AuditAction, Repositories, SessionId, StoreError, Timestamp, UserId};
use ore_security::opaque_token::{OpaqueToken, TokenKind};

use crate::OpenSessionError;
use crate::audit::{Act, AuditedError, Refusal};

/// Why a refresh token gave no tokens.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The token is malformed or unknown, or its session is over. The answer does not say which.
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
    #[error("it is malformed")]
    Malformed,
    /// It was never issued, or its session ended so long ago that nothing is stored of it.
    #[error("it is unknown")]
    Unknown,
    /// Its session was ended or has expired, or its user may no longer use it.
    #[error("the session is over")]
    Ended(UserId),
    /// It had been exchanged before and was sent again, by a thief or by the user it was stolen from. The session was
    /// ended for that (RFC 9700, section 4.14.2).
    #[error("it was used before")]
    Reused(UserId, SessionId),
}

impl AuditedError for RefreshError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::Invalid(refusal) => refusal.refusal(),
            Self::Store(error) => error.refusal(),
            Self::Session(_) => Refusal::broken(),
        }
    }
}

impl AuditedError for RefreshRefusal {
    fn refusal(&self) -> Refusal {
        match *self {
            Self::Malformed => Refusal::failure("malformed", None),
            Self::Unknown => Refusal::failure("unknown", None),
            Self::Ended(user) => Refusal::failure("ended", Some(user)),
            Self::Reused(user, _) => Refusal::failure("reused", Some(user)),
        }
    }
}

/// Writes into the audit log that a refresh token was used again, in the transaction that ends its session.
pub(crate) fn record_reuse(
    r: &mut dyn Repositories,
    act: &Act,
    user: UserId,
    session: SessionId,
    at: Timestamp,
) -> Result<RefreshRefusal, StoreError> {
    let refusal = RefreshRefusal::Reused(user, session);
    let mut entry = act.refused(refusal.refusal(), at);
    entry.action = AuditAction::RefreshReuse;
    entry.origin.session_id = Some(session);
    r.audit_log().append(&entry)?;
    Ok(refusal)
}

/// Parses the text, without asking the store.
pub(crate) fn parse(refresh_token: &str) -> Result<OpaqueToken, RefreshError> {
    let parsed = OpaqueToken::parse(TokenKind::Refresh, refresh_token);
    parsed.map_err(|_| RefreshError::Invalid(RefreshRefusal::Malformed))
}

use std::time::Duration;

use thiserror::Error;

use crate::{AuthenticationTooOld, MissingPermission, Reason};

/// How soon a client may try again when this service lacks keys or revocations.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Why a request was refused, and what RFC 6750, section 3, has a service answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The request has no token.
    #[error("the request has no access token")]
    MissingToken,
    /// The header `Authorization` is there twice, or holds no token.
    #[error("the header Authorization is malformed")]
    InvalidRequest,
    /// The token is not accepted; the reason is for the log.
    #[error("the access token was refused: {0}")]
    InvalidToken(Reason),
    /// The token cannot be checked now; the reason is for the log.
    #[error("the access token cannot be checked: {0}")]
    Unavailable(Reason),
    /// The caller lacks a permission.
    #[error(transparent)]
    MissingPermission(#[from] MissingPermission),
    /// The user has to authenticate again.
    #[error(transparent)]
    AuthenticationTooOld(#[from] AuthenticationTooOld),
}

impl Refusal {
    /// The status of the answer.
    pub const fn status(&self) -> u16 {
        match self {
            Self::MissingToken | Self::InvalidToken(_) | Self::AuthenticationTooOld(_) => 401,
            Self::InvalidRequest => 400,
            Self::MissingPermission(_) => 403,
            Self::Unavailable(_) => 503,
        }
    }

    /// The header `WWW-Authenticate`. All tokens that are refused get the same one, and a request without a token gets no
    /// error code (RFC 6750, section 3.1).
    pub fn challenge(&self) -> Option<String> {
        match self {
            Self::MissingToken => Some("Bearer".to_owned()),
            Self::InvalidRequest => Some(r#"Bearer error="invalid_request""#.to_owned()),
            Self::InvalidToken(_) => Some(r#"Bearer error="invalid_token""#.to_owned()),
            Self::MissingPermission(missing) => {
                let scope: String = missing.permission.chars().filter(|&c| is_scope_character(c)).collect();
                Some(format!(r#"Bearer error="insufficient_scope", scope="{scope}""#))
            }
            Self::AuthenticationTooOld(old) => {
                let max_age = old.max_age.as_secs();
                Some(format!(r#"Bearer error="insufficient_user_authentication", max_age={max_age}"#))
            }
            Self::Unavailable(_) => None,
        }
    }

    /// The header `Retry-After`.
    pub const fn retry_after(&self) -> Option<Duration> {
        if matches!(self, Self::Unavailable(_)) { Some(RETRY_AFTER) } else { None }
    }
}

/// RFC 6749, section 3.3.
const fn is_scope_character(character: char) -> bool {
    character.is_ascii_graphic() && character != '"' && character != '\\'
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        if reason.is_outage() { Self::Unavailable(reason) } else { Self::InvalidToken(reason) }
    }
}

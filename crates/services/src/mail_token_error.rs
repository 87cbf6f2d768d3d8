use std::time::Duration;

use ore_domain::{MailPurpose, MailToken, Repositories, StoreError, Timestamp, TokenHash, User, UserId};
use ore_security::opaque_token::{OpaqueToken, TokenKind};
use ore_security::random::RandomnessError;

use crate::HashingError;
use crate::audit::{AuditedError, Refusal};
use crate::readable::or_nobody;
use crate::session_tokens::hash_of;
use crate::throttle::AttemptError;

/// Why a mail was not asked for.
#[derive(Debug, thiserror::Error)]
pub enum RequestMailError {
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a token from a mail did nothing.
#[derive(Debug, thiserror::Error)]
pub enum MailTokenError {
    /// It is no such token, it was used, replaced or is too old, or the account has changed since.
    #[error("the token from the mail does not count")]
    Invalid(Option<UserId>),
    /// The sender of the token has not proven to be its user.
    #[error("the token counts for its user alone")]
    SignInRequired(UserId),
    /// Too many passwords of the user were wrong in a row.
    #[error("too many attempts at the account failed in a row")]
    Throttled {
        /// When to try again.
        retry_after: Duration,
    },
    /// The new password is the address of the user.
    #[error("the password is the address of its user")]
    PasswordIsAddress,
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The password could not be hashed or compared.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AttemptError for MailTokenError {
    fn throttled(retry_after: Duration) -> Self {
        Self::Throttled { retry_after }
    }

    fn is_failure(&self) -> bool {
        matches!(self, Self::SignInRequired(_))
    }
}

impl AuditedError for RequestMailError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::Randomness(_) => Refusal::broken(),
            Self::Store(error) => error.refusal(),
        }
    }
}

impl AuditedError for MailTokenError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::Invalid(user) => Refusal::failure("invalid_token", *user),
            Self::SignInRequired(user) => Refusal::denied("sign_in_required", Some(*user)),
            Self::PasswordIsAddress => Refusal::failure("common_password", None),
            Self::Throttled { .. } => Refusal::throttled(),
            Self::Randomness(_) => Refusal::broken(),
            Self::Hashing(error) => error.refusal(),
            Self::Store(error) => error.refusal(),
        }
    }
}

/// The hash by which the store finds a presented token.
pub(crate) fn parse(text: &str) -> Result<TokenHash, MailTokenError> {
    let token = OpaqueToken::parse(TokenKind::Mail, text).map_err(|_| MailTokenError::Invalid(None))?;
    Ok(hash_of(&token))
}

/// The purpose of a valid token, and its user, who is locked until the end of a transaction.
pub(crate) fn find(
    r: &mut dyn Repositories,
    hash: TokenHash,
    now: Timestamp,
) -> Result<(MailPurpose, User), MailTokenError> {
    let found = or_nobody(r.outbox().find_token(hash))?;
    let (token, user) = found.ok_or(MailTokenError::Invalid(None))?;
    let user_id = user.id;
    if is_valid_at(&token, &user, now) {
        Ok((token.purpose, user))
    } else {
        Err(MailTokenError::Invalid(Some(user_id)))
    }
}

fn is_valid_at(token: &MailToken, user: &User, now: Timestamp) -> bool {
    now < token.expires_at && user.is_active && token.credentials_changed_at == user.credentials_changed_at
}

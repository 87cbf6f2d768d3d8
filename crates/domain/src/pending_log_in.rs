use crate::{Timestamp, TokenHash, UserId};

/// A log-in of which the password was right and that lacks its second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingLogIn {
    /// The hash of its token.
    pub token_hash: TokenHash,
    /// The user who logs in.
    pub user: UserId,
    /// The hash of the device token that came with the password.
    pub device: Option<TokenHash>,
    /// When the password was right.
    pub created_at: Timestamp,
    /// When it stops to count.
    pub expires_at: Timestamp,
    /// When the credentials of the user had last changed; a change since makes it void.
    pub credentials_changed_at: Option<Timestamp>,
}

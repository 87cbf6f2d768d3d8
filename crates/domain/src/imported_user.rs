use std::fmt;

use zeroize::Zeroizing;

use crate::{EmailAddress, Locale, PasswordHash, RoleName, Timestamp, UserId};

/// A user from elsewhere who is about to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedUser {
    /// The key that the user is to keep; without one the store gives one.
    pub id: Option<UserId>,
    /// The address of the account.
    pub email: EmailAddress,
    /// The hash of the password, of a program that we can verify; empty when the account has none.
    pub password_hash: PasswordHash,
    /// Whether the user may log in and use tokens.
    pub is_active: bool,
    /// When the account was made, where that is known.
    pub created_at: Option<Timestamp>,
    /// Whether the address was shown to be the user's.
    pub email_verified: bool,
    /// The display name.
    pub display_name: Option<String>,
    /// The language of mails to the user.
    pub locale: Option<Locale>,
    /// The roles. [`RoleName::user`], which everybody has, may be among them.
    pub roles: Vec<RoleName>,
    /// The secret of the user's authenticator app.
    pub totp_secret: Option<ImportedTotpSecret>,
}

/// The secret of an authenticator app in base 32, as another program wrote it. Not printed, and wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportedTotpSecret(Zeroizing<String>);

impl ImportedTotpSecret {
    /// Wraps a text; whether it is a secret shows only when it is read.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ImportedTotpSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ImportedTotpSecret(..)")
    }
}

impl ImportedUser {
    /// The largest key that a user can bring along: those above it are not exact as numbers of JSON (RFC 8259, section 6),
    /// and the keys that the store gives go on above it.
    pub const MAX_ID: i64 = (1 << 53) - 1;

    /// The most code points of the name.
    pub const MAX_NAME_LENGTH: usize = 100;
}

/// The result for an imported user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportOutcome {
    /// The user is new, and was stored unless nothing was to be changed.
    New,
    /// This very user is there, as after an earlier import: the address, the key and the time of making are the same, as
    /// far as the imported user has them. With neither key nor time, the address is spelled the same.
    Present,
    /// The address has another account, which stays as it is.
    AddressTaken,
    /// The address is free, and the key is another user's, or was until that one was deleted.
    KeyTaken,
    /// The address and the key are free, and a role is not there.
    UnknownRole,
}

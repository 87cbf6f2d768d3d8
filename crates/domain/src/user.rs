use std::fmt;

use zeroize::Zeroizing;

use crate::{EmailAddress, Timestamp};

/// The key of a user: given once, never given again to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(i64);

impl UserId {
    /// Wraps a key that a store gave out.
    pub const fn new(value: i64) -> Self {
        Self(value)
    }

    /// The number itself.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A stored password hash in PHC string form. Never printed and wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(Zeroizing<String>);

impl PasswordHash {
    /// Wraps a PHC string as it stands in the store; whether it can be verified shows only when it is.
    pub fn new(phc: String) -> Self {
        Self(Zeroizing::new(phc))
    }

    /// The PHC string, for the store and the hasher alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordHash([redacted])")
    }
}

/// Someone with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// What the user is known by everywhere inside.
    pub id: UserId,
    /// The address as the user wrote it, and the form that makes it unique.
    pub email: EmailAddress,
    /// The hash of the password.
    pub password_hash: PasswordHash,
    /// Whether the user may log in and use tokens.
    pub is_active: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When the password, the address or the state last changed; `None` when not since the account was made. A new hash
    /// of the same password is no change.
    pub credentials_changed_at: Option<Timestamp>,
}

impl User {
    /// Since when the password, the address and the state are what they are, together.
    pub fn credentials_since(&self) -> Timestamp {
        self.credentials_changed_at.map_or(self.created_at, |changed_at| changed_at.max(self.created_at))
    }
}

/// Someone whose account holds a value that no user can have, such as a time beyond all calendars: another program wrote
/// it. Everybody else is unharmed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("user {id} cannot be read: {fault}")]
pub struct UnreadableUser {
    /// Who it is.
    pub id: UserId,
    /// Which value of the store it is and what is wrong with it.
    pub fault: String,
}

/// A user about to be stored; the store gives the key.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The address of the account; no two accounts share its canonical form.
    pub email: EmailAddress,
    /// The hash of the password.
    pub password_hash: PasswordHash,
    /// When the account is made.
    pub created_at: Timestamp,
}

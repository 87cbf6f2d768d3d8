use std::fmt;

use zeroize::Zeroizing;

use crate::{EmailAddress, Factors, Locale, Timestamp, UserRoles};

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
    /// The key, which never changes.
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
    /// Whether somebody has shown that mail to this very address reaches them.
    pub email_verified: bool,
    /// The profile.
    pub profile: Profile,
    /// When the user last logged in.
    pub last_login_at: Option<Timestamp>,
    /// The roles of the user.
    pub roles: UserRoles,
    /// The second factors that the user has.
    pub factors: Factors,
}

/// The data that users enter about themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// The display name.
    pub display_name: Option<String>,
    /// The language of mails to the user.
    pub locale: Option<Locale>,
    /// When any of it last changed; `None` when not since the account was made.
    pub changed_at: Option<Timestamp>,
}

/// An edit of one field of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit<T> {
    /// It stays as it is.
    Keep,
    /// There is none from now on.
    Clear,
    /// It is this from now on.
    Set(T),
}

impl<T> Edit<T> {
    /// The value after the edit.
    pub fn apply(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Keep => current,
            Self::Clear => None,
            Self::Set(new) => Some(new),
        }
    }
}

/// An edit of a profile.
#[derive(Debug, Clone)]
pub struct ProfileEdit {
    /// Of the name.
    pub display_name: Edit<String>,
    /// Of the language.
    pub locale: Edit<Locale>,
}

impl ProfileEdit {
    /// The profile after the edit; when it was changed is for the caller to say.
    #[must_use]
    pub fn apply(self, profile: &Profile) -> Profile {
        Profile {
            display_name: self.display_name.apply(profile.display_name.clone()),
            locale: self.locale.apply(profile.locale),
            changed_at: profile.changed_at,
        }
    }
}

impl User {
    /// Since when the password, the address and the state are what they are, together.
    pub fn credentials_since(&self) -> Timestamp {
        self.credentials_changed_at.map_or(self.created_at, |changed_at| changed_at.max(self.created_at))
    }

    /// When anything about the account last changed.
    pub fn updated_at(&self) -> Timestamp {
        self.profile.changed_at.map_or(self.credentials_since(), |changed_at| changed_at.max(self.credentials_since()))
    }

    /// Whether the account has a password.
    pub fn has_password(&self) -> bool {
        !self.password_hash.expose().is_empty()
    }
}

/// Someone whose account holds a value that no user can have, such as a time beyond all calendars: another program wrote
/// it. Everybody else is unharmed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("user {id} cannot be read: {fault}")]
pub struct UnreadableUser {
    /// The user.
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
    /// When the user first logs in, if that is now.
    pub last_login_at: Option<Timestamp>,
}

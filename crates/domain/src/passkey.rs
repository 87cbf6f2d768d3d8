use std::fmt;

use crate::uuid_key::uuid_key;
use crate::{Timestamp, UserId};

uuid_key! {
    /// The key of a passkey among those of its user; authenticators know it by another.
    PasskeyId
}

uuid_key! {
    /// The key of a ceremony of passkeys, which is valid once.
    CeremonyId
}

/// The id by which authenticators know a user. It is random, so it reveals nothing about the user, and the same for all
/// passkeys of the user (`WebAuthn` level 3, 14.6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserHandle(pub [u8; 16]);

impl fmt::Display for UserHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// A passkey, without what its signatures are judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// The key.
    pub id: PasskeyId,
    /// The owner.
    pub user_id: UserId,
    /// The id that its authenticator gave it.
    pub credential_id: Vec<u8>,
    /// The name that the user chose.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

impl Passkey {
    /// The most passkeys of a user.
    pub const LIMIT: usize = 10;
    /// The most code points of a name.
    pub const MAX_NAME_LENGTH: usize = 100;
}

/// A passkey with what its signatures are judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPasskey {
    /// The passkey.
    pub passkey: Passkey,
    /// The id by which authenticators know the owner.
    pub user_handle: UserHandle,
    /// The public key and what is known of the authenticator, in a form that the store does not look into.
    pub record: String,
}

/// A passkey about to be stored.
#[derive(Debug, Clone)]
pub struct NewPasskey {
    /// The passkey.
    pub passkey: Passkey,
    /// As of [`StoredPasskey::record`].
    pub record: String,
    /// How often it has signed, if its authenticator counts; else 0.
    pub counter: u32,
    /// Whether its user had shown that the address is theirs.
    pub is_proven: bool,
}

/// One use of a passkey.
#[derive(Debug, Clone)]
pub struct PasskeyUse {
    /// The passkey.
    pub id: PasskeyId,
    /// As of [`StoredPasskey::record`], after the use.
    pub record: String,
    /// How often it has signed, with this time, if its authenticator counts; else 0.
    pub counter: u32,
    /// When.
    pub at: Timestamp,
}

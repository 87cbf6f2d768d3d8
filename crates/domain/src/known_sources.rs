use crate::{StoreError, Timestamp, TokenHash, User, UserId};

/// A device token about to be stored.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// The hash of the token.
    pub token_hash: TokenHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it is no more valid, unless it is used before.
    pub expires_at: Timestamp,
    /// Whether it needs no second factor to log in.
    pub skips_second_factor: bool,
}

/// The places from which a user has logged in, without names of networks and hashes of tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserSources {
    /// The devices, the latest last.
    pub devices: Vec<KnownDevice>,
    /// When the user was last seen in each network, to a day.
    pub networks: Vec<Timestamp>,
}

/// A device from which a user logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownDevice {
    /// When its token was made.
    pub created_at: Timestamp,
    /// When it was last shown, to a day.
    pub last_used_at: Timestamp,
    /// When it is no more valid.
    pub expires_at: Timestamp,
}

/// The networks and devices from which users logged in.
pub trait KnownSources {
    /// Records that a user logged in from a network, which is named by its keyed hash.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot do it; the same of every method here.
    fn record_network(&mut self, user: UserId, network: &str, at: Timestamp) -> Result<(), StoreError>;

    /// Stores a device token of a user. Those used least recently make room where the user has more than `limit`.
    ///
    /// # Errors
    /// As [`KnownSources::record_network`].
    fn add_device(&mut self, user: &User, device: &NewDevice, limit: u32) -> Result<(), StoreError>;

    /// Records that a device logged in, whose token is valid until `expires_at` from now on.
    ///
    /// # Errors
    /// As [`KnownSources::record_network`].
    fn record_device_use(&mut self, token: TokenHash, at: Timestamp, expires_at: Timestamp) -> Result<(), StoreError>;

    /// Whether this device of a user is known and needs no second factor to log in.
    ///
    /// # Errors
    /// As [`KnownSources::record_network`].
    fn skips_second_factor(&mut self, user: &User, token: TokenHash, now: Timestamp) -> Result<bool, StoreError>;

    /// Has every device of a user need the second factor again.
    ///
    /// # Errors
    /// As [`KnownSources::record_network`].
    fn require_second_factor(&mut self, user: UserId) -> Result<(), StoreError>;

    /// What is known of a user.
    ///
    /// # Errors
    /// As [`KnownSources::record_network`].
    fn sources_of_user(&mut self, user: UserId) -> Result<UserSources, StoreError>;

    /// Deletes at most `limit` of each: networks not seen since `unseen_since` and tokens that have expired by `now`; how
    /// many there were.
    ///
    /// # Errors
    /// As [`KnownSources::record_network`].
    fn delete_old_sources(&mut self, unseen_since: Timestamp, now: Timestamp, limit: u32) -> Result<usize, StoreError>;
}

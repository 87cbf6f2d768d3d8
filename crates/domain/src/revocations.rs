use std::time::Duration;

use crate::{RoleName, StoreError, Timestamp, UserId};

/// A revocation: it makes access tokens void before they expire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The place in the feed.
    pub number: i64,
    /// The revoked tokens.
    pub revoked: Revoked,
    /// Since when.
    pub at: Timestamp,
}

/// The access tokens that a revocation makes void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revoked {
    /// Those whose claim `sid` is this.
    Session(String),
    /// Those of a user that were made before this second since 1970.
    User {
        /// The user.
        id: UserId,
        /// The first second whose tokens are valid.
        not_before: i64,
    },
}

/// The end of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedHead {
    /// The id of the database.
    pub database: String,
    /// The last place that was given.
    pub number: i64,
    /// The revocation at this position.
    pub last: Option<Revocation>,
    /// The longest life of tokens that was recorded and is in force.
    pub token_life: Duration,
}

/// The revocations of a store. Ended sessions and deleted API keys are among them by themselves.
pub trait Revocations {
    /// Adds that the tokens of a user from before this second are void.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot answer; the same of the methods below.
    fn revoke_user(&mut self, user: UserId, not_before: i64, at: Timestamp) -> Result<(), StoreError>;

    /// The same for all who have a role.
    ///
    /// # Errors
    /// As [`Revocations::revoke_user`].
    fn revoke_holders(&mut self, role: &RoleName, not_before: i64, at: Timestamp) -> Result<(), StoreError>;

    /// The end of the feed, and whether there are revocations that have no place in it yet.
    ///
    /// # Errors
    /// As [`Revocations::revoke_user`].
    fn feed_head(&mut self) -> Result<(FeedHead, bool), StoreError>;

    /// Gives so many revocations a place after all that have one, in an order in which none is hidden behind a transaction
    /// that is not finished.
    ///
    /// # Errors
    /// As [`Revocations::revoke_user`].
    fn number_revocations(&mut self, limit: u32) -> Result<(), StoreError>;

    /// Those after a place that are younger than a time, in the order of the feed.
    ///
    /// # Errors
    /// As [`Revocations::revoke_user`].
    fn revocations_after(&mut self, number: i64, since: Timestamp, limit: u32) -> Result<Vec<Revocation>, StoreError>;

    /// What has this place; nothing, once it was deleted.
    ///
    /// # Errors
    /// As [`Revocations::revoke_user`].
    fn find_revocation(&mut self, number: i64) -> Result<Option<Revocation>, StoreError>;

    /// Records that tokens which are issued now live for `life`, which is in force until `until`. A longer life that
    /// was recorded earlier stays for as long as it is in force. Returns the longest life in force.
    ///
    /// # Errors
    /// As [`Revocations::revoke_user`].
    fn record_token_life(&mut self, life: Duration, now: Timestamp, until: Timestamp) -> Result<Duration, StoreError>;

    /// Deletes a batch of those from before a time, but for the one that has the last place; how many.
    ///
    /// # Errors
    /// As [`Revocations::revoke_user`].
    fn delete_revocations(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError>;
}

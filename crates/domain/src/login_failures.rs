use std::time::Duration;

use crate::{FailurePolicy, FailureSource, StoreError, Timestamp, TokenHash, UserId};

/// Somebody who is about to try the password of an account, whether or not there is one.
#[derive(Debug, Clone)]
pub struct LoginAttempt {
    /// The account, under a name that only the key can match with its address.
    pub account: String,
    /// The user, if there is one.
    pub user: Option<UserId>,
    /// The network, under a name that only the key can match with it.
    pub network: Option<String>,
    /// The device token that was shown.
    pub device: Option<TokenHash>,
    /// When.
    pub at: Timestamp,
}

/// An attempt that has begun. It counts until its outcome is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedAttempt {
    /// The account, under a name that only the key can match with its address.
    pub account: String,
    /// From where.
    pub source: FailureSource,
}

/// Whether an attempt may begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptDecision {
    /// It has begun.
    Started(StartedAttempt),
    /// Not before so long.
    Refused(Duration),
}

/// Failures in a row at the passwords of accounts.
pub trait LoginFailures {
    /// Finds out which source an attempt is from, and has it begin if the policy admits it. The write is one statement, so
    /// that of many at once no more begin than the policy admits; who is refused writes nothing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot do it; the same of every method here.
    fn start_attempt(&mut self, attempt: &LoginAttempt, policy: FailurePolicy) -> Result<AttemptDecision, StoreError>;

    /// Counts an attempt as failed, in one statement, even if the failures were reset since it began.
    ///
    /// # Errors
    /// As [`LoginFailures::start_attempt`].
    fn record_failure(&mut self, attempt: &StartedAttempt, at: Timestamp) -> Result<(), StoreError>;

    /// Takes back an attempt that ended without a comparison of the password.
    ///
    /// # Errors
    /// As [`LoginFailures::start_attempt`].
    fn withdraw_attempt(&mut self, attempt: &StartedAttempt) -> Result<(), StoreError>;

    /// Forgets the failures of the source of an attempt that succeeded, and those of strangers.
    ///
    /// # Errors
    /// As [`LoginFailures::start_attempt`].
    fn reset_failures(&mut self, attempt: &StartedAttempt) -> Result<(), StoreError>;

    /// Forgets all failures of an account.
    ///
    /// # Errors
    /// As [`LoginFailures::start_attempt`].
    fn reset_all_failures(&mut self, account: &str) -> Result<(), StoreError>;

    /// Deletes at most `limit` counts that nobody needs any more; how many there were.
    ///
    /// # Errors
    /// As [`LoginFailures::start_attempt`].
    fn delete_old_failures(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError>;
}

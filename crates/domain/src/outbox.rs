use crate::{
    DueMail, ListedMail, MailId, MailKind, MailToken, NewMail, StoreError, Timestamp, TokenHash, User, UserId,
};

/// The mails of a store that are to be sent, and the tokens in them.
///
/// # Errors
/// Every method answers [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot do it.
pub trait Outbox {
    /// Stores a mail.
    ///
    /// # Errors
    /// As said at the trait; the same of every method here.
    fn enqueue(&mut self, mail: &NewMail) -> Result<(), StoreError>;

    /// Whether a mail of this kind was written in the minute before `at`, for the user or to the recipient. What took the place
    /// of a mail to somebody without an account counts for such alone. In a transaction, nobody else writes one meanwhile.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    fn has_just_written(
        &mut self,
        kind: MailKind,
        user: Option<UserId>,
        recipient: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// The mails of a user, the oldest first.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    fn mails_of(&mut self, user: UserId) -> Result<Vec<ListedMail>, StoreError>;

    /// The address that a user has asked for and not confirmed.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    fn requested_email_of(&mut self, user: UserId) -> Result<Option<String>, StoreError>;

    /// Forgets what is stored of the address and the mails of a user who is about to be deleted.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    fn forget(&mut self, user: &User) -> Result<(), StoreError>;

    /// Whether any mail is to be sent now.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    fn has_due(&mut self, now: Timestamp) -> Result<bool, StoreError>;

    /// Takes the mail that has been due for longest; nobody else gets it before `until`. One statement.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    fn claim(&mut self, now: Timestamp, until: Timestamp) -> Result<Option<DueMail>, StoreError>;

    /// Records that a mail was sent, and forgets its content.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    fn record_sent(&mut self, id: MailId) -> Result<(), StoreError>;

    /// Records that a mail is never sent, and forgets its content.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    fn record_unsent(&mut self, id: MailId) -> Result<(), StoreError>;

    /// Records why a mail was not sent, and when to try again; without a time, never.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    fn record_failure(&mut self, id: MailId, error: &str, next_attempt_at: Option<Timestamp>)
    -> Result<(), StoreError>;

    /// Has mails that are not tried any more tried again, all or one; how many there were.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    fn retry(&mut self, id: Option<MailId>, now: Timestamp) -> Result<usize, StoreError>;

    /// At most `limit` mails that were not sent, the oldest first.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    fn list_unsent(&mut self, limit: u32) -> Result<Vec<ListedMail>, StoreError>;

    /// Deletes at most `limit` mails that were sent or given up and written before; how many there were.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    fn delete_finished(
        &mut self,
        sent_before: Timestamp,
        dead_before: Timestamp,
        limit: u32,
    ) -> Result<usize, StoreError>;

    /// Stores a token. Older ones of the same user for the same purpose are void.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    fn insert_token(&mut self, token: &MailToken) -> Result<(), StoreError>;

    /// The token with this hash and its user.
    ///
    /// # Errors
    /// Also [`StoreError::Unreadable`] when the stored user is none.
    fn find_token(&mut self, hash: TokenHash) -> Result<Option<(MailToken, User)>, StoreError>;

    /// Uses a token up; `false` when it is not there.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    fn spend_token(&mut self, hash: TokenHash) -> Result<bool, StoreError>;

    /// Deletes at most `limit` tokens that had expired before; how many there were.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    fn delete_expired_tokens(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError>;
}

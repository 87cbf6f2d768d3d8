use crate::{
    Amr, Changed, ExchangedSession, NewSession, Rotation, Session, SessionId, StoreError, Timestamp, TokenExchange,
    TokenHash, User, UserId,
};

/// The sessions of a store.
pub trait Sessions {
    /// Stores a session.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot do it; the same of every method here.
    fn open(&mut self, session: &NewSession) -> Result<(), StoreError>;

    /// The session with this key, ended ones too, and its user.
    ///
    /// # Errors
    /// Also [`StoreError::Unreadable`] when the stored user is none.
    fn find_with_user(&mut self, id: SessionId) -> Result<Option<(Session, User)>, StoreError>;

    /// The session of which this is or was a refresh token, its user, and the generation of the token.
    ///
    /// # Errors
    /// As [`Sessions::find_with_user`].
    fn find_by_token(&mut self, token: TokenHash) -> Result<Option<(Session, User, i64)>, StoreError>;

    /// Replaces the current token with its successor if the current one is presented and the session is valid. This is
    /// one statement on PostgreSQL. Otherwise nothing changes, and the result is `None`.
    ///
    /// # Errors
    /// As [`Sessions::find_with_user`].
    fn exchange(&mut self, exchange: &TokenExchange) -> Result<Changed<Option<ExchangedSession>>, StoreError>;

    /// Replaces a token that nobody used, and keeps its hash as one of this session.
    ///
    /// # Errors
    /// As [`Sessions::open`].
    fn reissue(&mut self, id: SessionId, rotation: &Rotation, token: TokenHash) -> Result<Changed<()>, StoreError>;

    /// Records that the user of a session has authenticated again, and how.
    ///
    /// # Errors
    /// As [`Sessions::open`].
    fn record_authentication(&mut self, id: SessionId, amr: &Amr, at: Timestamp) -> Result<Changed<()>, StoreError>;

    /// Records what the user of a session has shown by now, as of when they authenticated.
    ///
    /// # Errors
    /// As [`Sessions::open`].
    fn set_amr(&mut self, id: SessionId, amr: &Amr) -> Result<Changed<()>, StoreError>;

    /// Records that an access token of this generation was accepted.
    ///
    /// # Errors
    /// As [`Sessions::open`].
    fn record_use(&mut self, id: SessionId, generation: i64, at: Timestamp) -> Result<Changed<()>, StoreError>;

    /// The sessions of a user that have not ended, the last used first; of equals the latest.
    ///
    /// # Errors
    /// As [`Sessions::open`].
    fn of_user(&mut self, user: UserId, used_since: Timestamp, now: Timestamp) -> Result<Vec<Session>, StoreError>;

    /// Every session of a user that is stored, ended ones too, in the order in which they were opened.
    ///
    /// # Errors
    /// As [`Sessions::open`].
    fn all_of_user(&mut self, user: UserId) -> Result<Vec<Session>, StoreError>;

    /// The impersonations that have not ended, in the order of their keys: all of them, or those of one impersonator.
    ///
    /// # Errors
    /// As [`Sessions::open`].
    fn impersonations(&mut self, impersonator: Option<UserId>, now: Timestamp) -> Result<Vec<SessionId>, StoreError>;

    /// Ends a session; `false` when it has ended or is not there.
    ///
    /// # Errors
    /// As [`Sessions::open`].
    fn end(&mut self, id: SessionId, at: Timestamp) -> Result<Changed<bool>, StoreError>;

    /// Ends every session of a user but the one to keep, and tells how many.
    ///
    /// # Errors
    /// As [`Sessions::open`].
    fn end_all(&mut self, user: UserId, keep: Option<SessionId>, at: Timestamp) -> Result<Changed<usize>, StoreError>;

    /// Ends the sessions of the user of the newest one that were used least recently, of equals the oldest, until so many are
    /// left, and those that were opened with other credentials. Impersonations do not count.
    ///
    /// # Errors
    /// As [`Sessions::open`].
    fn end_least_used(
        &mut self,
        newest: &Session,
        limit: u32,
        used_since: Timestamp,
    ) -> Result<Changed<()>, StoreError>;

    /// Keeps the sessions of a user valid after a change of the credentials, if they were valid before it: the
    /// credentials had then last changed at `before`.
    ///
    /// # Errors
    /// As [`Sessions::open`].
    fn keep_after_credential_change(
        &mut self,
        user: UserId,
        before: Option<Timestamp>,
    ) -> Result<Changed<()>, StoreError>;

    /// Deletes at most `limit` sessions that were ended, or reached their end, before; how many there were.
    ///
    /// # Errors
    /// As [`Sessions::open`].
    fn delete_ended(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError>;
}

use crate::{
    CanonicalEmail, Changed, EmailAddress, Factors, ListPage, NewUser, PasswordHash, Profile, StoreError, Timestamp,
    UnreadableUser, User, UserId, UserListRequest,
};

/// One place in a list of users.
pub type ListedUser = Result<User, UnreadableUser>;

/// The users of a store.
///
/// `find_*` answers `None` for a user who is not there; the changing methods answer whether there was one to change.
pub trait Users {
    /// The user with this key.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when the stored user is none, [`StoreError::Unavailable`] or [`StoreError::Other`] when
    /// the store cannot answer.
    fn find(&mut self, id: UserId) -> Result<Option<User>, StoreError>;

    /// The user with this address, in any spelling that is the same account.
    ///
    /// # Errors
    /// As [`Users::find`].
    fn find_by_email(&mut self, email: &CanonicalEmail) -> Result<Option<User>, StoreError>;

    /// The user whose address is stored as this very text, byte for byte; `None` also when several users have it, since
    /// then it tells nobody apart. The Python service tells users apart by it.
    ///
    /// # Errors
    /// As [`Users::find`].
    fn find_by_stored_email(&mut self, email: &str) -> Result<Option<User>, StoreError>;

    /// At most `limit` users in the order of their keys, those with keys above `after`. One who cannot be read takes a
    /// place like any other.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot answer.
    fn list(&mut self, after: Option<UserId>, limit: u32) -> Result<Vec<ListedUser>, StoreError>;

    /// A page of the users that fit. One who cannot be read takes a place like any other.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot answer, or the page begins nowhere.
    fn page(&mut self, request: &UserListRequest) -> Result<ListPage<ListedUser>, StoreError>;

    /// Stores an active user and gives it a key that no user has had before.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with [`Constraint::UserEmail`](crate::Constraint::UserEmail) when the address is
    /// taken, else as [`Users::find`].
    fn insert(&mut self, user: NewUser) -> Result<User, StoreError>;

    /// Puts `renewed`, a hash of the same password, in place of `current`; `false`, and nothing changed, when the stored
    /// hash is another by now.
    ///
    /// # Errors
    /// As [`Users::find`].
    fn replace_password_hash(
        &mut self,
        id: UserId,
        current: &PasswordHash,
        renewed: &PasswordHash,
    ) -> Result<Changed<bool>, StoreError>;

    /// Sets the hash of a new password, whatever it was, and records when.
    ///
    /// # Errors
    /// As [`Users::find`].
    fn set_password_hash(&mut self, id: UserId, hash: &PasswordHash) -> Result<Changed<bool>, StoreError>;

    /// Gives the user another address, and records when.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with [`Constraint::UserEmail`](crate::Constraint::UserEmail) when the address is another
    /// user's, else as [`Users::find`].
    fn set_email(&mut self, id: UserId, email: &EmailAddress) -> Result<Changed<bool>, StoreError>;

    /// Records that mail to this address reaches the user, or that no address is known to. It says nothing of any other
    /// address.
    ///
    /// # Errors
    /// As [`Users::find`].
    fn set_verified_email(&mut self, id: UserId, email: Option<&CanonicalEmail>) -> Result<Changed<bool>, StoreError>;

    /// Replaces what the user says of themselves.
    ///
    /// # Errors
    /// As [`Users::find`].
    fn set_profile(&mut self, id: UserId, profile: &Profile) -> Result<Changed<bool>, StoreError>;

    /// Records which second factors the user has.
    ///
    /// # Errors
    /// As [`Users::find`].
    fn set_factors(&mut self, id: UserId, factors: Factors) -> Result<Changed<bool>, StoreError>;

    /// Records that a user logs in whose credentials last changed at `credentials_changed_at`, and answers the user;
    /// `None`, and nothing recorded, when they are others now or the user is disabled.
    ///
    /// # Errors
    /// As [`Users::find`].
    fn record_log_in(
        &mut self,
        id: UserId,
        credentials_changed_at: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<Changed<Option<User>>, StoreError>;

    /// Deletes the user, with the sessions. The key is given to nobody again.
    ///
    /// # Errors
    /// As [`Users::find`].
    fn delete(&mut self, id: UserId) -> Result<Changed<bool>, StoreError>;

    /// Allows or refuses the user log-in and the use of tokens, and records when that changed.
    ///
    /// # Errors
    /// As [`Users::find`].
    fn set_active(&mut self, id: UserId, is_active: bool) -> Result<Changed<bool>, StoreError>;
}

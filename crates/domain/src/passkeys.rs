use crate::{
    CeremonyId, Changed, NewPasskey, Passkey, PasskeyId, PasskeyUse, StoreError, StoredPasskey, Timestamp, UserHandle,
    UserId,
};

/// The passkeys of a store. They are deleted with their user; whether a user has any stands in the user too.
pub trait Passkeys {
    /// What authenticators know a user by: `new`, if that is still to be said.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot do it; the same of every method here.
    fn user_handle(&mut self, user: UserId, new: UserHandle) -> Result<UserHandle, StoreError>;

    /// What authenticators know a user by, if anything was said.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn find_user_handle(&mut self, user: UserId) -> Result<Option<UserHandle>, StoreError>;

    /// Stores a passkey.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with [`Constraint::Passkey`](crate::Constraint::Passkey) when somebody has it, else as
    /// [`Passkeys::user_handle`].
    fn insert_passkey(&mut self, passkey: &NewPasskey) -> Result<Changed<()>, StoreError>;

    /// The passkey that its authenticator calls so.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn find_passkey(&mut self, credential_id: &[u8]) -> Result<Option<StoredPasskey>, StoreError>;

    /// The passkeys of a user, in the order in which they were made.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn passkeys_of_user(&mut self, user: UserId) -> Result<Vec<Passkey>, StoreError>;

    /// Gives a passkey of this user another name, and answers it; `None` when there is no such passkey.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn rename_passkey(&mut self, user: UserId, id: PasskeyId, name: &str) -> Result<Option<Passkey>, StoreError>;

    /// Deletes a passkey of this user; whether there was one.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn delete_passkey(&mut self, user: UserId, id: PasskeyId) -> Result<Changed<bool>, StoreError>;

    /// Deletes the passkeys that a user made before the address was shown to be theirs, or all of them; how many there were.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn delete_passkeys_of_user(&mut self, user: UserId, proven_ones_too: bool) -> Result<Changed<usize>, StoreError>;

    /// Notes that a passkey was used; `false`, and nothing noted, when it is gone, or its counter did not rise since
    /// another use. Counters that stay at 0 do not count.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn note_passkey_use(&mut self, passkey_use: &PasskeyUse) -> Result<bool, StoreError>;

    /// Spends a ceremony, which is kept in mind until `expires_at`; `false` when it was spent before.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn spend_ceremony(&mut self, id: CeremonyId, expires_at: Timestamp) -> Result<bool, StoreError>;

    /// Deletes at most `limit` spent ceremonies that have expired by `now`; how many.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn delete_spent_ceremonies(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError>;
}

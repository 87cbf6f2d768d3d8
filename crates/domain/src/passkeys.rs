use crate::{
    CeremonyId, Changed, NewPasskey, Passkey, PasskeyId, PasskeyUse, StoreError, StoredPasskey, Timestamp, UserHandle,
    UserId,
};

/// The repository of passkeys. They are deleted with their user. The user's row shows whether there are any.
pub trait Passkeys {
    /// The user handle for authenticators. If the user has none, `new` is stored.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot do it; the same of every method here.
    fn user_handle(&mut self, user: UserId, new: UserHandle) -> Result<UserHandle, StoreError>;

    /// The user handle for authenticators, if the user has one.
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

    /// The passkey with this credential id.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn find_passkey(&mut self, credential_id: &[u8]) -> Result<Option<StoredPasskey>, StoreError>;

    /// The passkeys of a user, in the order of their creation.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn passkeys_of_user(&mut self, user: UserId) -> Result<Vec<Passkey>, StoreError>;

    /// Renames a passkey of this user and returns it; `None` if there is no such passkey.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn rename_passkey(&mut self, user: UserId, id: PasskeyId, name: &str) -> Result<Option<Passkey>, StoreError>;

    /// Deletes a passkey of this user; returns whether there was one.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn delete_passkey(&mut self, user: UserId, id: PasskeyId) -> Result<Changed<bool>, StoreError>;

    /// Deletes the passkeys that a user made before the address was verified, or all of them; returns their number.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn delete_passkeys_of_user(&mut self, user: UserId, proven_ones_too: bool) -> Result<Changed<usize>, StoreError>;

    /// Records the use of a passkey; returns `false`, and records nothing, if it was deleted or its counter did not
    /// rise. Counters that stay at 0 are ignored.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn record_passkey_use(&mut self, passkey_use: &PasskeyUse) -> Result<bool, StoreError>;

    /// Spends a ceremony, which is stored until `expires_at`; `false` if it was spent before.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn spend_ceremony(&mut self, id: CeremonyId, expires_at: Timestamp) -> Result<bool, StoreError>;

    /// Deletes at most `limit` spent ceremonies that have expired by `now`; returns their number.
    ///
    /// # Errors
    /// As [`Passkeys::user_handle`].
    fn delete_spent_ceremonies(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError>;
}

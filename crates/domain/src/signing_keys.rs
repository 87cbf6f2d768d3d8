use crate::{StoreError, StoredSigningKey};

/// The pairs of keys of a store that access tokens are signed with.
pub trait SigningKeys {
    /// All of them, the oldest first; in a transaction that writes they stay as they are until its end.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot answer; the same of the methods below.
    fn list_signing_keys(&mut self) -> Result<Vec<StoredSigningKey>, StoreError>;

    /// Stores one.
    ///
    /// # Errors
    /// Also [`StoreError::Conflict`] when it is there already, or another is active too.
    fn insert_signing_key(&mut self, key: &StoredSigningKey) -> Result<(), StoreError>;

    /// Replaces the state of one and its times; whether it was there.
    ///
    /// # Errors
    /// As [`SigningKeys::insert_signing_key`].
    fn update_signing_key(&mut self, key: &StoredSigningKey) -> Result<bool, StoreError>;

    /// Deletes one; whether it was there.
    ///
    /// # Errors
    /// As [`SigningKeys::list_signing_keys`].
    fn delete_signing_key(&mut self, kid: &str) -> Result<bool, StoreError>;
}

use crate::{
    ApiKey, ApiKeyId, Changed, CreationListRequest, KeyOwner, ListPage, NewApiKey, StoreError, Timestamp, TokenHash,
    UserId,
};

/// The API keys of a store. They are deleted with their owner.
pub trait ApiKeys {
    /// Stores a key.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot do it; the same of every method here.
    fn insert_key(&mut self, key: &NewApiKey) -> Result<(), StoreError>;

    /// The key whose text has this hash.
    ///
    /// # Errors
    /// As [`ApiKeys::insert_key`].
    fn find_key(&mut self, token: TokenHash) -> Result<Option<ApiKey>, StoreError>;

    /// The key of this id.
    ///
    /// # Errors
    /// As [`ApiKeys::insert_key`].
    fn find_key_by_id(&mut self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError>;

    /// A page of the keys of an owner, or of all of them, expired ones too.
    ///
    /// # Errors
    /// As [`ApiKeys::insert_key`], also when the page begins nowhere.
    fn page_of_keys(
        &mut self,
        owner: Option<KeyOwner>,
        request: &CreationListRequest,
    ) -> Result<ListPage<ApiKey>, StoreError>;

    /// Every key of a user, in the order in which they were made.
    ///
    /// # Errors
    /// As [`ApiKeys::insert_key`].
    fn keys_of_user(&mut self, user: UserId) -> Result<Vec<ApiKey>, StoreError>;

    /// Records that a key was accepted.
    ///
    /// # Errors
    /// As [`ApiKeys::insert_key`].
    fn record_key_use(&mut self, id: ApiKeyId, at: Timestamp) -> Result<Changed<()>, StoreError>;

    /// Deletes a key of this owner; whether there was one.
    ///
    /// # Errors
    /// As [`ApiKeys::insert_key`].
    fn delete_key(&mut self, owner: KeyOwner, id: ApiKeyId) -> Result<Changed<bool>, StoreError>;

    /// Deletes at most `limit` keys that expired before this time; how many. None of them was accepted any more.
    ///
    /// # Errors
    /// As [`ApiKeys::insert_key`].
    fn delete_expired_keys(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError>;

    /// Deletes the keys that a user made before the address was shown to be theirs, or all of them; how many there were.
    ///
    /// # Errors
    /// As [`ApiKeys::insert_key`].
    fn delete_keys_of_user(&mut self, user: UserId, proven_ones_too: bool) -> Result<Changed<usize>, StoreError>;
}

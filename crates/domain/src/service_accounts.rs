use crate::{Changed, CreationListRequest, ListPage, ServiceAccount, ServiceAccountId, StoreError};

/// The service accounts of a store.
pub trait ServiceAccounts {
    /// A page of the service accounts.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot answer, or the page begins nowhere.
    fn page_of_accounts(&mut self, request: &CreationListRequest) -> Result<ListPage<ServiceAccount>, StoreError>;

    /// The service account with this key.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot answer; the same of the methods below.
    fn find_account(&mut self, id: ServiceAccountId) -> Result<Option<ServiceAccount>, StoreError>;

    /// Stores a service account.
    ///
    /// # Errors
    /// As [`ServiceAccounts::find_account`].
    fn insert_account(&mut self, account: &ServiceAccount) -> Result<(), StoreError>;

    /// Replaces the name, the permissions and the time of change of a service account; whether there was one.
    ///
    /// # Errors
    /// As [`ServiceAccounts::find_account`].
    fn update_account(&mut self, account: &ServiceAccount) -> Result<Changed<bool>, StoreError>;

    /// Deletes a service account and its keys; whether there was one.
    ///
    /// # Errors
    /// As [`ServiceAccounts::find_account`].
    fn delete_account(&mut self, id: ServiceAccountId) -> Result<Changed<bool>, StoreError>;
}

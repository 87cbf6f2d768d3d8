use std::sync::Arc;

use ore_domain::{ListedUser, Store, StoreError, StoreExt, UserId};

/// Lists the users for an operator.
pub struct ListUsers {
    store: Arc<dyn Store>,
}

impl ListUsers {
    /// Over the given port.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// At most `limit` users in the order of their keys, those with keys above `after`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn run(&self, after: Option<UserId>, limit: u32) -> Result<Vec<ListedUser>, StoreError> {
        self.store.read(move |r| r.users().list(after, limit)).await
    }
}

use std::sync::Arc;

use ore_domain::{Store, StoreError, StoreExt};

use crate::UserSelector;

/// An operator allows or refuses a user log-in and the use of tokens.
pub struct SetActive {
    store: Arc<dyn Store>,
}

impl SetActive {
    /// Over the given port.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// `false` when there is no such user.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn run(&self, user: impl Into<UserSelector>, is_active: bool) -> Result<bool, StoreError> {
        let user = user.into();
        self.store
            .write(move |r| match user.key(r.users())? {
                Some(id) => r.users().set_active(id, is_active),
                None => Ok(false),
            })
            .await
    }
}

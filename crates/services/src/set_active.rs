use std::sync::Arc;

use ore_domain::{EmailAddress, Store, StoreError, StoreExt};

use crate::find_account::find_account;

/// An operator allows or refuses a user log-in and the use of tokens.
pub struct SetActive {
    store: Arc<dyn Store>,
}

impl SetActive {
    /// Over the given port.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// `false` when the address has no account.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn run(&self, email: EmailAddress, is_active: bool) -> Result<bool, StoreError> {
        self.store
            .write(move |r| match find_account(r.users(), &email)? {
                Some(user) => r.users().set_active(user.id, is_active),
                None => Ok(false),
            })
            .await
    }
}

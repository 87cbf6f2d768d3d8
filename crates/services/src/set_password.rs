use std::sync::Arc;

use ore_domain::{EmailAddress, Password, Store, StoreError, StoreExt};

use crate::find_account::find_account;
use crate::{HashingError, PasswordHashing};

/// An operator sets the password of a user.
pub struct SetPassword {
    store: Arc<dyn Store>,
    hasher: Arc<dyn PasswordHashing>,
}

/// Why a password was not set.
#[derive(Debug, thiserror::Error)]
pub enum SetPasswordError {
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SetPassword {
    /// Over the given ports.
    pub fn new(store: Arc<dyn Store>, hasher: Arc<dyn PasswordHashing>) -> Self {
        Self { store, hasher }
    }

    /// `false` when the address has no account.
    ///
    /// # Errors
    /// As [`SetPasswordError`] says.
    pub async fn run(&self, email: EmailAddress, password: Password) -> Result<bool, SetPasswordError> {
        let hash = self.hasher.hash(password).await?;
        let set = self.store.write(move |r| match find_account(r.users(), &email)? {
            Some(user) => r.users().set_password_hash(user.id, &hash),
            None => Ok::<bool, StoreError>(false),
        });
        Ok(set.await?)
    }
}

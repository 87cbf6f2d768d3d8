use std::sync::Arc;

use ore_domain::{Password, Store, StoreError, StoreExt};

use crate::{HashingError, PasswordHashing, UserSelector};

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

    /// `false` when there is no such user.
    ///
    /// # Errors
    /// As [`SetPasswordError`] says.
    pub async fn run(&self, user: impl Into<UserSelector>, password: Password) -> Result<bool, SetPasswordError> {
        let user = user.into();
        let hash = self.hasher.hash(password).await?;
        let set = self.store.write(move |r| match user.key(r.users())? {
            Some(id) => r.users().set_password_hash(id, &hash),
            None => Ok::<bool, StoreError>(false),
        });
        Ok(set.await?)
    }
}

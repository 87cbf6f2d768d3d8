use std::sync::Arc;

use ore_domain::{Clock, Constraint, EmailAddress, NewUser, Password, Store, StoreError, StoreExt, User};

use crate::{HashingError, PasswordHashing};

/// Makes an account that can log in at once.
pub struct CreateAccount {
    store: Arc<dyn Store>,
    hasher: Arc<dyn PasswordHashing>,
    clock: Arc<dyn Clock>,
}

/// Why there is no new account.
#[derive(Debug, thiserror::Error)]
pub enum CreateAccountError {
    /// Some spelling of the address has an account.
    #[error("the address has an account")]
    UserAlreadyExists,
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for CreateAccountError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(Constraint::UserEmail) | StoreError::Unreadable(_) => Self::UserAlreadyExists,
            other => Self::Store(other),
        }
    }
}

impl CreateAccount {
    /// Over the given ports.
    pub fn new(store: Arc<dyn Store>, hasher: Arc<dyn PasswordHashing>, clock: Arc<dyn Clock>) -> Self {
        Self { store, hasher, clock }
    }

    /// Makes the account of `email`.
    ///
    /// # Errors
    /// [`CreateAccountError::UserAlreadyExists`] when it has one, also when another request makes it meanwhile.
    pub async fn run(&self, email: EmailAddress, password: Password) -> Result<User, CreateAccountError> {
        let canonical = email.canonical().clone();
        // Spares the hash when the answer is known; the unique index decides in any case.
        let existing = self.store.read(move |r| r.users().find_by_email(&canonical)).await?;
        if existing.is_some() {
            return Err(CreateAccountError::UserAlreadyExists);
        }
        let password_hash = self.hasher.hash(password).await?;
        let user = NewUser { email, password_hash, created_at: self.clock.now() };
        self.store.write(move |r| r.users().insert(user.clone()).map_err(CreateAccountError::from)).await
    }
}

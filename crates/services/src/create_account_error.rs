use ore_domain::{Constraint, StoreError};

use crate::HashingError;

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

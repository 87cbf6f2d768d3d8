use std::sync::Arc;

use ore_domain::{EmailAddress, Password, PasswordHash, Store, StoreError, StoreExt, User};
use ore_security::password::Verification;

use crate::{HashingError, OpenSession, OpenSessionError, OpenedSession, PasswordHashing};

/// Someone shows an address and a password and begins a session.
pub struct LogIn {
    store: Arc<dyn Store>,
    hasher: Arc<dyn PasswordHashing>,
    open_session: Arc<OpenSession>,
}

/// Why someone could not log in.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// Unknown address, wrong password or disabled account: the answer does not tell which (ASVS 5.0, 6.3.8).
    #[error("the credentials are not valid")]
    InvalidCredentials,
    /// The password could not be compared.
    #[error(transparent)]
    Hashing(HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token could not be made.
    #[error(transparent)]
    Session(#[from] OpenSessionError),
}

impl LogIn {
    /// Over the given ports.
    pub fn new(store: Arc<dyn Store>, hasher: Arc<dyn PasswordHashing>, open_session: Arc<OpenSession>) -> Self {
        Self { store, hasher, open_session }
    }

    /// Begins a session of the user with this address and password.
    ///
    /// One query and one comparison, whoever asks.
    ///
    /// # Errors
    /// As [`LogInError`] says.
    pub async fn run(&self, email: &EmailAddress, password: Password) -> Result<OpenedSession, LogInError> {
        let canonical = email.canonical().clone();
        let user = self.store.read(move |r| r.users().find_by_email(&canonical)).await?;
        let verification = self.verify(password.clone(), user.as_ref()).await?;
        let (Some(user), Verification::Match { needs_renewal }) = (user, verification) else {
            return Err(LogInError::InvalidCredentials);
        };
        if !user.is_active {
            return Err(LogInError::InvalidCredentials);
        }
        if needs_renewal && let Err(error) = self.renew_hash(&user, password).await {
            tracing::warn!(user_id = user.id.get(), %error, "The password hash could not be renewed");
        }
        Ok(self.open_session.run(&user)?)
    }

    async fn verify(&self, password: Password, user: Option<&User>) -> Result<Verification, LogInError> {
        let stored = user.map(|user| user.password_hash.clone());
        match self.hasher.verify(password.clone(), stored).await {
            Ok(verification) => Ok(verification),
            Err(unavailable @ HashingError::Unavailable(_)) => Err(LogInError::Hashing(unavailable)),
            // An unreadable hash must look like any wrong password from outside, in the time it takes too.
            Err(HashingError::Failed(error)) => {
                let user_id = user.map(|user| user.id.get());
                tracing::error!(user_id, %error, "A stored password hash cannot be verified");
                self.hasher.verify(password, None).await.map_err(LogInError::Hashing)
            }
        }
    }

    async fn renew_hash(&self, user: &User, password: Password) -> Result<(), LogInError> {
        let renewed = self.hasher.hash(password).await.map_err(LogInError::Hashing)?;
        let (id, current): (_, PasswordHash) = (user.id, user.password_hash.clone());
        self.store
            .write(move |r| r.users().replace_password_hash(id, &current, &renewed))
            .await
            .map(drop)
            .map_err(|error: StoreError| LogInError::Store(error))
    }
}

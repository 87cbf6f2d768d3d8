use std::sync::Arc;

use ore_domain::{EmailAddress, Password};

use crate::{CreateAccount, CreateAccountError, OpenSession, OpenSessionError, OpenedSession};

/// Someone makes an account and begins a session with it.
pub struct SignUp {
    create_account: CreateAccount,
    open_session: Arc<OpenSession>,
}

/// Why someone could not sign up.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// No account was made.
    #[error(transparent)]
    Account(#[from] CreateAccountError),
    /// The account was made; logging in later works.
    #[error(transparent)]
    Session(#[from] OpenSessionError),
}

impl SignUp {
    /// Over the given use cases.
    pub fn new(create_account: CreateAccount, open_session: Arc<OpenSession>) -> Self {
        Self { create_account, open_session }
    }

    /// Makes the account of `email` and begins its first session.
    ///
    /// # Errors
    /// As [`SignUpError`] says.
    pub async fn run(&self, email: EmailAddress, password: Password) -> Result<OpenedSession, SignUpError> {
        let user = self.create_account.run(email, password).await?;
        Ok(self.open_session.run(&user)?)
    }
}

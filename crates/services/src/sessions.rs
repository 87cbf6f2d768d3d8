use std::sync::Arc;
use std::time::Duration;

use ore_domain::{Clock, EmailAddress, Password, PasswordHash, Store, StoreError, StoreExt, User, UserId};
use ore_security::password::Verification;
use ore_security::random::RandomnessError;
use ore_security::token::{AccessToken, Subject, TokenError, TokenIssuer, new_session_id};

use crate::readable::or_nobody;
use crate::{Accounts, CreateAccountError, HashingError, PasswordHashing};

/// The sessions, each with an access token.
pub struct Sessions {
    store: Arc<dyn Store>,
    hasher: Arc<dyn PasswordHashing>,
    clock: Arc<dyn Clock>,
    tokens: SessionTokens,
}

/// How the tokens of sessions are made.
pub struct SessionTokens {
    /// Signs them.
    pub issuer: TokenIssuer,
    /// How long an access token is valid.
    pub lifetime: Duration,
}

/// What a client gets when a session begins.
#[derive(Debug)]
pub struct OpenedSession {
    /// Whose session it is.
    pub user_id: UserId,
    /// The access token.
    pub access_token: AccessToken,
    /// How long the access token is valid.
    pub expires_in: Duration,
}

/// Why a session could not begin.
#[derive(Debug, thiserror::Error)]
pub enum OpenSessionError {
    /// The access token could not be signed.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

/// Why someone could not log in.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// Unknown address, wrong password or disabled account: the answer does not tell which (ASVS 5.0, 6.3.8).
    #[error("the credentials are not valid")]
    InvalidCredentials(LogInRefusal),
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

/// Why credentials were not valid, for the log alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogInRefusal {
    /// Nobody has the address.
    UnknownAddress,
    /// The password is another.
    WrongPassword(UserId),
    /// No password matches what is stored.
    UnusableHash(UserId),
    /// The password is right, and the user may not log in.
    Disabled(UserId),
}

impl From<LogInRefusal> for LogInError {
    fn from(refusal: LogInRefusal) -> Self {
        Self::InvalidCredentials(refusal)
    }
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

impl Sessions {
    /// Over the given ports.
    pub fn new(
        store: Arc<dyn Store>,
        hasher: Arc<dyn PasswordHashing>,
        clock: Arc<dyn Clock>,
        tokens: SessionTokens,
    ) -> Self {
        Self { store, hasher, clock, tokens }
    }

    /// Makes the account of `email` and begins its first session.
    ///
    /// # Errors
    /// As [`SignUpError`] says.
    pub async fn sign_up(
        &self,
        accounts: &Accounts,
        email: EmailAddress,
        password: Password,
    ) -> Result<OpenedSession, SignUpError> {
        let user = accounts.create(email, password).await?;
        Ok(self.open(&user)?)
    }

    /// Begins a session of the user with this address and password.
    ///
    /// One query and one comparison, anyone who asks.
    ///
    /// # Errors
    /// As [`LogInError`] says.
    pub async fn log_in(&self, email: &EmailAddress, password: Password) -> Result<OpenedSession, LogInError> {
        let canonical = email.canonical().clone();
        let user = or_nobody(self.store.read(move |r| r.users().find_by_email(&canonical)).await)?;
        let verification = self.verify(password.clone(), user.as_ref()).await?;
        let Some(user) = user else { return Err(LogInRefusal::UnknownAddress.into()) };
        let needs_renewal = match verification {
            Verification::Match { needs_renewal } => needs_renewal,
            Verification::Mismatch => return Err(LogInRefusal::WrongPassword(user.id).into()),
            Verification::UnusableHash(_) => return Err(LogInRefusal::UnusableHash(user.id).into()),
        };
        if !user.is_active {
            return Err(LogInRefusal::Disabled(user.id).into());
        }
        if needs_renewal && let Err(error) = self.renew_hash(&user, password).await {
            tracing::warn!(user_id = user.id.get(), %error, "The password hash could not be renewed");
        }
        Ok(self.open(&user)?)
    }

    /// Begins a session of a user who has shown who they are.
    fn open(&self, user: &User) -> Result<OpenedSession, OpenSessionError> {
        let SessionTokens { issuer, lifetime } = &self.tokens;
        let subject = Subject { sub: user.email.as_str().to_owned(), uid: user.id.get(), sid: new_session_id()? };
        let access_token = issuer.create_access_token(subject, Some(*lifetime), self.clock.now().into())?;
        Ok(OpenedSession { user_id: user.id, access_token, expires_in: *lifetime })
    }

    /// One comparison for every user and for nobody. An account without a password is compared as nobody is.
    async fn verify(&self, password: Password, user: Option<&User>) -> Result<Verification, LogInError> {
        let stored = user.map(|user| user.password_hash.clone()).filter(|hash| !hash.expose().is_empty());
        let verification = self.hasher.verify(password, stored).await.map_err(LogInError::Hashing)?;
        if let Verification::UnusableHash(error) = verification {
            let user_id = user.map(|user| user.id.get());
            tracing::error!(user_id, %error, "A stored password hash cannot be verified");
        }
        Ok(verification)
    }

    async fn renew_hash(&self, user: &User, password: Password) -> Result<(), LogInError> {
        let renewed = self.hasher.hash(password).await.map_err(LogInError::Hashing)?;
        let (id, current): (_, PasswordHash) = (user.id, user.password_hash.clone());
        self.store
            .write(move |r| Ok::<_, StoreError>(r.users().replace_password_hash(id, &current, &renewed)?.invalidate(r)))
            .await?;
        Ok(())
    }
}

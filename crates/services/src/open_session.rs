use std::sync::Arc;
use std::time::Duration;

use ore_domain::{Clock, User, UserId};
use ore_security::random::RandomnessError;
use ore_security::token::{AccessToken, Subject, TokenError, TokenIssuer, new_session_id};

/// Gives a user who has shown who they are the token to go on with.
pub struct OpenSession {
    issuer: TokenIssuer,
    lifetime: Duration,
    clock: Arc<dyn Clock>,
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

impl OpenSession {
    /// Tokens of `issuer` that are valid for `lifetime`.
    pub fn new(issuer: TokenIssuer, lifetime: Duration, clock: Arc<dyn Clock>) -> Self {
        Self { issuer, lifetime, clock }
    }

    /// Begins a session of `user`.
    ///
    /// # Errors
    /// [`OpenSessionError`] when the token cannot be made.
    pub fn run(&self, user: &User) -> Result<OpenedSession, OpenSessionError> {
        let subject = Subject { sub: user.email.as_str().to_owned(), uid: user.id.get(), sid: new_session_id()? };
        let access_token = self.issuer.create_access_token(subject, Some(self.lifetime), self.clock.now().into())?;
        Ok(OpenedSession { user_id: user.id, access_token, expires_in: self.lifetime })
    }
}

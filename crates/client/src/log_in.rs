use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::{Client, Error, Tokens};

/// The result of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Registration {
    /// The user is logged in.
    LoggedIn,
    /// A mail says how to go on: the address has to be verified first.
    VerifyEmail,
}

impl Client {
    /// Creates an account, and logs in unless the address has to be verified first.
    ///
    /// # Errors
    /// [`Error::Api`] with the faulty fields (422), or the reason why there is no account.
    pub async fn register(&self, email: &str, password: &str) -> Result<Registration, Error> {
        let body = json!({ "email": email, "password": password });
        let answer = self.open(&["auth", "register"], &body).await?;
        if answer.status == 202 {
            return Ok(Registration::VerifyEmail);
        }
        self.shared.session.keep(&answer)?;
        Ok(Registration::LoggedIn)
    }

    /// Logs in; from now on calls are made as this user. It is not retried: if the service asks the client to wait, the
    /// error says for how long ([`Error::Api`], 429).
    ///
    /// # Errors
    /// [`Error::SecondFactor`] if the user has one; [`Error::Api`] 400 `INVALID_CREDENTIALS`.
    pub async fn log_in(&self, email: &str, password: &str) -> Result<(), Error> {
        let mut body = json!({ "email": email, "password": password });
        let device_token = self.own_tokens()?.device_token.filter(|_| self.shared.session.uses_bodies());
        if let Some(token) = device_token {
            body["device_token"] = token.expose_secret().into();
        }
        self.log_in_at(&["auth", "login"], &body).await
    }

    /// Completes the log-in after [`Error::SecondFactor`], with a code of the user's authenticator app.
    ///
    /// # Errors
    /// [`Error::Api`] 400 `INVALID_CODE` or `INVALID_MFA_TOKEN`.
    pub async fn verify_mfa(&self, mfa_token: &SecretString, code: &str) -> Result<(), Error> {
        let body = json!({ "mfa_token": mfa_token.expose_secret(), "code": code });
        self.log_in_at(&["auth", "mfa", "verify"], &body).await
    }

    /// As [`verify_mfa`](Self::verify_mfa), with a recovery code, which is valid once.
    ///
    /// # Errors
    /// [`Error::Api`] 400 `INVALID_CODE` or `INVALID_MFA_TOKEN`.
    pub async fn verify_mfa_with_recovery_code(&self, mfa_token: &SecretString, code: &str) -> Result<(), Error> {
        let body = json!({ "mfa_token": mfa_token.expose_secret(), "recovery_code": code });
        self.log_in_at(&["auth", "mfa", "verify"], &body).await
    }

    /// Authenticates again with the password, for calls that need that (401 `insufficient_user_authentication`).
    ///
    /// # Errors
    /// [`Error::Api`] 400 when it is wrong.
    pub async fn reauthenticate(&self, password: &str) -> Result<(), Error> {
        let tokens = self.own_tokens()?;
        let call = Call::post(&["auth", "reauthenticate"]).json(&json!({ "password": password }));
        let answer = self.authorized(self.shared.session.with_device_token(call, &tokens)).await?;
        self.shared.session.keep(&answer).map(drop)
    }

    async fn log_in_at(&self, path: &[&str], body: &Value) -> Result<(), Error> {
        let answer = self.open(path, body).await?;
        self.shared.session.keep(&answer).map(drop)
    }

    async fn open(&self, path: &[&str], body: &Value) -> Result<Answer, Error> {
        let tokens = self.own_tokens()?;
        self.anonymous(self.shared.session.with_device_token(Call::post(path).json(body), &tokens)).await
    }

    /// The tokens of the session that a client without an API key has.
    pub(crate) fn own_tokens(&self) -> Result<Tokens, Error> {
        if self.shared.api_key.is_some() { Err(Error::NoSession) } else { self.shared.session.tokens() }
    }
}

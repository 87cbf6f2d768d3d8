use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ore_schemas::TokenResponse;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tokio::sync::Mutex;

use crate::answer::Answer;
use crate::call::Call;
use crate::cookies::{self, DEVICE_TOKEN, REFRESH_TOKEN};
use crate::transport::Transport;
use crate::{Error, TokenStore, Tokens};

/// Keeps the tokens of a session, and renews them once for all calls that need it.
pub(crate) struct SessionKeeper {
    store: Arc<dyn TokenStore>,
    uses_cookies: bool,
    /// Held while tokens are renewed. What kept the last renewal from succeeding.
    renewing: Mutex<Option<Error>>,
    failures: AtomicU64,
}

impl SessionKeeper {
    pub(crate) fn new(store: Arc<dyn TokenStore>, uses_cookies: bool) -> Self {
        Self { store, uses_cookies, renewing: Mutex::new(None), failures: AtomicU64::new(0) }
    }

    pub(crate) fn tokens(&self) -> Result<Tokens, Error> {
        self.store.load().map_err(Error::store)
    }

    /// The tokens that follow a refused access token, renewed now or meanwhile by somebody else; `None` if there are
    /// none.
    pub(crate) async fn renew(
        &self,
        transport: &Transport,
        refused: Option<&SecretString>,
    ) -> Result<Option<Tokens>, Error> {
        let seen = self.failures.load(Ordering::Acquire);
        let mut last_failure = self.renewing.lock().await;
        let tokens = self.tokens()?;
        if !tokens.is_access_token(refused) {
            return Ok(tokens.has_session().then_some(tokens));
        }
        // Who waited for a renewal that failed does not try the same again, or a crowd would wait one after another.
        if self.failures.load(Ordering::Acquire) != seen {
            return last_failure.clone().map_or(Ok(None), Err);
        }
        let Some(refresh_token) = &tokens.refresh_token else { return Ok(None) };
        match transport.send(&self.refreshing(refresh_token), None).await {
            Ok(answer) => self.keep(&answer).map(Some),
            Err(refused) => {
                self.failures.fetch_add(1, Ordering::Release);
                *last_failure = Some(refused.error.clone());
                if refused.is_invalid_token {
                    self.forget()?;
                }
                Err(refused.error)
            }
        }
    }

    /// A lost answer is asked for again: the service gives the same tokens for ten seconds, and later others unless the lost
    /// ones were used.
    fn refreshing(&self, refresh_token: &SecretString) -> Call {
        let call = Call::post(&["auth", "refresh"]).repeatable();
        if self.uses_cookies {
            return self.with_cookie(call, REFRESH_TOKEN, Some(refresh_token));
        }
        call.json(&json!({ "refresh_token": refresh_token.expose_secret() }))
    }

    /// A call that answers tokens.
    pub(crate) fn with_device_token(&self, call: Call, tokens: &Tokens) -> Call {
        self.with_cookie(call, DEVICE_TOKEN, tokens.device_token.as_ref())
    }

    /// The call that ends the session.
    pub(crate) fn log_out(&self, tokens: &Tokens) -> Call {
        self.with_cookie(Call::post(&["auth", "logout"]), REFRESH_TOKEN, tokens.refresh_token.as_ref())
    }

    /// Whether device tokens go in bodies.
    pub(crate) const fn uses_bodies(&self) -> bool {
        !self.uses_cookies
    }

    fn with_cookie(&self, call: Call, name: &str, value: Option<&SecretString>) -> Call {
        if !self.uses_cookies {
            return call;
        }
        let call = call.header("Ore-Session-Transport", "cookie").header("Sec-Fetch-Site", "same-origin");
        value.into_iter().fold(call, |call, value| call.header("Cookie", &cookies::header(name, value)))
    }

    /// Keeps the tokens of an answer.
    pub(crate) fn keep(&self, answer: &Answer) -> Result<Tokens, Error> {
        let received: TokenResponse = answer.data()?;
        let before = self.tokens()?;
        let in_cookie = |name| cookies::set_by(&answer.headers, name);
        let tokens = Tokens {
            access_token: Some(received.access_token.into()),
            refresh_token: received.refresh_token.map(SecretString::from).or_else(|| in_cookie(REFRESH_TOKEN)),
            device_token: received
                .device_token
                .map(SecretString::from)
                .or_else(|| in_cookie(DEVICE_TOKEN))
                .or(before.device_token),
        };
        self.store.save(&tokens).map_err(Error::store)?;
        Ok(tokens)
    }

    /// The session is over; the device stays known.
    pub(crate) fn forget(&self) -> Result<(), Error> {
        let device_token = self.tokens()?.device_token;
        self.store.save(&Tokens { device_token, ..Tokens::default() }).map_err(Error::store)
    }
}

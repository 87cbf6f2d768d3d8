use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use ore_security::token::{AccessClaims, JwkSet, TokenError, TokenIssuer, TokenVerifier};
use serde::de::DeserializeOwned;

/// The keys that sign and check access tokens. They change while the process runs.
#[derive(Default)]
pub struct TokenKeys(RwLock<Option<Arc<KeysInUse>>>);

/// The keys that sign and check access tokens at one instant.
#[derive(Debug)]
pub struct KeysInUse {
    /// Signs.
    pub issuer: TokenIssuer,
    /// Checks the tokens of now; after it come those of before a change of the settings.
    pub verifiers: Vec<TokenVerifier>,
    /// Check the tokens that clients got for other services in exchange.
    pub exchanged: Vec<TokenVerifier>,
    /// The public keys, as others read them; none of HMAC.
    pub published: JwkSet,
}

impl TokenKeys {
    /// Until they are known there are none.
    pub fn new(keys: Option<KeysInUse>) -> Arc<Self> {
        Arc::new(Self(RwLock::new(keys.map(Arc::new))))
    }

    /// Those of now.
    ///
    /// # Errors
    /// [`TokenError::NoKeys`] until they are known.
    pub fn current(&self) -> Result<Arc<KeysInUse>, TokenError> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or(TokenError::NoKeys)
    }

    /// Those from now on.
    pub fn replace(&self, keys: KeysInUse) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(keys));
    }
}

impl KeysInUse {
    /// As [`TokenVerifier::verify`], with the first verifier whose token it may be.
    ///
    /// # Errors
    /// What the verifier of now refuses.
    pub fn verify<E: DeserializeOwned>(&self, token: &str, now: SystemTime) -> Result<AccessClaims<E>, TokenError> {
        verify_with(&self.verifiers, token, now)
    }

    /// The same, of a token that a client got for another service in exchange.
    ///
    /// # Errors
    /// As [`KeysInUse::verify`].
    pub fn verify_exchanged<E: DeserializeOwned>(
        &self,
        token: &str,
        now: SystemTime,
    ) -> Result<AccessClaims<E>, TokenError> {
        verify_with(&self.exchanged, token, now)
    }
}

fn verify_with<E: DeserializeOwned>(
    verifiers: &[TokenVerifier],
    token: &str,
    now: SystemTime,
) -> Result<AccessClaims<E>, TokenError> {
    let mut refused = TokenError::NoKeys;
    for (index, verifier) in verifiers.iter().enumerate() {
        match verifier.verify(token, now) {
            Err(error) if is_of_others(error) => refused = if index == 0 { error } else { refused },
            verified => return verified,
        }
    }
    Err(refused)
}

/// Whether a token refused so may be one of before a change of the settings.
fn is_of_others(error: TokenError) -> bool {
    matches!(
        error,
        TokenError::WrongAlgorithm | TokenError::WrongIssuer | TokenError::WrongAudience | TokenError::UnknownKey
    )
}

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use secrecy::{ExposeSecret, SecretString};

/// The tokens that a client keeps between calls.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Tokens {
    /// Sent with every call; none where nobody is logged in.
    pub access_token: Option<SecretString>,
    /// Gives the next tokens.
    pub refresh_token: Option<SecretString>,
    /// Tells the device at later log-ins, for 180 days. It stays when a session ends.
    pub device_token: Option<SecretString>,
}

impl Tokens {
    pub(crate) fn has_session(&self) -> bool {
        self.access_token.is_some() || self.refresh_token.is_some()
    }

    pub(crate) fn is_access_token(&self, other: Option<&SecretString>) -> bool {
        self.access_token.as_ref().map(ExposeSecret::expose_secret) == other.map(ExposeSecret::expose_secret)
    }
}

/// Why tokens could not be read or kept.
pub type StoreError = Box<dyn Error + Send + Sync>;

/// Where tokens are kept. It is asked at every call, so it has to be quick, and it may be shared by clients and processes:
/// tokens that another one has renewed are taken from it.
pub trait TokenStore: Send + Sync {
    /// The tokens; empty ones where there are none yet.
    ///
    /// # Errors
    /// What keeps them from being read.
    fn load(&self) -> Result<Tokens, StoreError>;

    /// Keeps these in place of those before.
    ///
    /// # Errors
    /// What keeps them from being written. The call that brought them fails then, and the next one renews them again.
    fn save(&self, tokens: &Tokens) -> Result<(), StoreError>;
}

/// Keeps tokens for as long as it lives.
#[derive(Default)]
pub struct MemoryStore(Mutex<Tokens>);

impl MemoryStore {
    /// With these tokens, as of an earlier run.
    pub fn new(tokens: Tokens) -> Self {
        Self(Mutex::new(tokens))
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenStore for MemoryStore {
    fn load(&self) -> Result<Tokens, StoreError> {
        Ok(self.tokens().clone())
    }

    fn save(&self, tokens: &Tokens) -> Result<(), StoreError> {
        self.tokens().clone_from(tokens);
        Ok(())
    }
}

impl<S: TokenStore + ?Sized> TokenStore for std::sync::Arc<S> {
    fn load(&self) -> Result<Tokens, StoreError> {
        (**self).load()
    }

    fn save(&self, tokens: &Tokens) -> Result<(), StoreError> {
        (**self).save(tokens)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

//! Follows the pairs of keys in the database, so that replicas agree on them.

use std::sync::Arc;

use ore_domain::{BlockingStoreExt, Clock, SigningKeyState, StoreError, StoredSigningKey, Timestamp};
use ore_persistence::Database;
use ore_security::token::TokenError;
use ore_services::{AuthenticationCaches, Keyring, SigningKeyError, TokenKeys};
use ore_settings::TokenSettings;

use crate::tokens::keys_in_use;

/// Takes over what the database says of pairs of keys, and does what is due to them.
pub(crate) struct KeyFollower {
    pub(crate) keyring: Keyring,
    pub(crate) settings: TokenSettings,
    pub(crate) keys: Arc<TokenKeys>,
    pub(crate) caches: AuthenticationCaches,
    pub(crate) clock: Arc<dyn Clock>,
    /// As they were seen last; `None` before the first time.
    pub(crate) seen: Option<Vec<(String, SigningKeyState)>>,
    /// Whether all was done that is due at a start.
    pub(crate) has_started: bool,
}

/// Why pairs of keys are not followed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FollowError {
    /// They cannot be opened, or made.
    #[error("the keys that sign tokens: {0}")]
    Keys(#[from] SigningKeyError),
    /// They cannot be used.
    #[error("the keys that sign tokens: {0}")]
    Token(#[from] TokenError),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl KeyFollower {
    /// Looks once.
    ///
    /// # Errors
    /// As [`FollowError`] says; the keys stay as they were.
    pub(crate) fn follow(&mut self, database: &Database) -> Result<(), FollowError> {
        let stored = self.advance(database)?;
        self.has_started = self.has_started || !self.is_due(&stored, self.clock.now());
        let seen: Vec<_> = stored.iter().map(|key| (key.kid.clone(), key.state)).collect();
        if self.seen.as_ref() == Some(&seen) {
            return Ok(());
        }
        let opened = self.keyring.open(&stored)?;
        let keys = keys_in_use(&self.settings, &opened)?.ok_or(TokenError::NoKeys)?;
        self.keys.replace(keys);
        // A token that was found valid may be one of a key that is gone.
        self.caches.verified_tokens.invalidate_keys();
        self.seen = Some(seen);
        Ok(())
    }

    /// All keys, once nothing is due. Only where pairs of keys sign is anything ever.
    fn advance(&self, database: &Database) -> Result<Vec<StoredSigningKey>, FollowError> {
        let (now, starts) = (self.clock.now(), !self.has_started);
        let stored = database.read(|r| r.signing_keys().list_signing_keys())?;
        if !self.is_due(&stored, now) {
            return Ok(stored);
        }
        let keyring = self.keyring.clone();
        Ok(database.write(move |r| keyring.advance(r, now, starts))?)
    }

    fn is_due(&self, stored: &[StoredSigningKey], now: Timestamp) -> bool {
        !self.settings.algorithm.is_symmetric() && self.keyring.is_due(stored, now, !self.has_started)
    }
}

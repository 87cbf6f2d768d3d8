use std::sync::{Arc, MutexGuard};
use std::time::{Duration, SystemTime};

use ore_security::token::{Algorithm, DEFAULT_LIFETIME, JwkSet, SecretKey};
use serde_json::{Value, json};

use crate::revocations::Revocation;
use crate::shared::{AUDIENCE, ISSUER, Key, Shared, State};
use crate::{TestClock, TestToken};

/// An issuer of access tokens for tests. Copies are the same issuer.
#[derive(Clone)]
pub struct TestIssuer {
    shared: Arc<Shared>,
}

impl TestIssuer {
    /// The claim `iss`.
    pub const ISSUER: &'static str = ISSUER;
    /// The claim `aud`.
    pub const AUDIENCE: &'static str = AUDIENCE;
    /// The claim `client_id` of users' tokens.
    pub const CLIENT: &'static str = "web";

    /// An issuer that signs with `EdDSA`.
    pub fn new() -> Self {
        Self::with_algorithm(Algorithm::EdDsa)
    }

    /// An issuer that signs with this algorithm. A new key is made.
    pub fn with_algorithm(algorithm: Algorithm) -> Self {
        Self { shared: Arc::new(Shared::new(algorithm)) }
    }

    /// The clock that tokens are made by.
    pub fn clock(&self) -> &TestClock {
        &self.shared.clock
    }

    /// The time of the clock.
    pub fn now(&self) -> SystemTime {
        self.shared.clock.now()
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// The secret that verifies tokens; none where keys come in pairs.
    pub fn secret(&self) -> Option<SecretKey> {
        match self.state().keys.last() {
            Some(Key::Secret(secret)) => Some(secret.clone()),
            _ => None,
        }
    }

    /// The key set (RFC 7517), without secrets.
    pub fn jwks(&self) -> String {
        let state = self.state();
        let keys: JwkSet = state.keys.iter().filter_map(Key::jwk).collect();
        let mut set = json!(keys);
        if let Some(keys) = set["keys"].as_array_mut() {
            keys.extend(state.unusable.iter().cloned());
        }
        set.to_string()
    }

    /// The whole revocation feed, in its envelope.
    pub fn revocations(&self) -> String {
        self.state().revocations.answer(None).to_string()
    }

    /// The revocation feed from a `next` on, in its envelope.
    pub fn revocations_since(&self, since: &str) -> String {
        self.state().revocations.answer(Some(since)).to_string()
    }

    /// Makes a new key that signs from now on; those before stay in the key set.
    pub fn rotate_key(&self) {
        self.state().keys.push(Key::generate(self.shared.algorithm));
    }

    /// Takes all keys but the one that signs from the key set.
    pub fn withdraw_old_keys(&self) {
        let mut state = self.state();
        let old = state.keys.len() - 1;
        state.keys.drain(..old);
    }

    /// Adds to the key set what a verifier cannot use.
    pub fn add_unusable_key(&self, key: Value) {
        self.state().unusable.push(key);
    }

    /// Ends a session.
    pub fn revoke_session(&self, sid: &str) {
        let exp = self.clock().unix_seconds() + DEFAULT_LIFETIME.as_secs();
        self.state().revoke_session(sid, exp);
    }

    /// Revokes all tokens of a user that were made until now.
    pub fn revoke_user(&self, uid: i64) {
        let not_before = self.clock().unix_seconds();
        let mut state = self.state();
        // Tokens of this very second are not older, so their sessions are listed.
        let of_this_second = state.issued.iter().filter(|it| it.uid == Some(uid) && it.iat == not_before);
        let sessions: Vec<_> =
            of_this_second.map(|it| Revocation::Session { sid: it.sid.clone(), exp: it.exp }).collect();
        state.revocations.add(Revocation::User { uid, not_before });
        for session in sessions {
            state.revocations.add(session);
        }
    }

    /// A token of a user, to be completed.
    pub fn user(&self, uid: i64) -> TestToken {
        TestToken::new(Arc::clone(&self.shared), Some(uid), format!("user{uid}@example.com"), Self::CLIENT.to_owned())
    }

    /// A token of a client that acts for itself, to be completed.
    pub fn client(&self, id: &str) -> TestToken {
        TestToken::new(Arc::clone(&self.shared), None, id.to_owned(), id.to_owned())
    }

    #[cfg(feature = "serve")]
    pub(crate) fn count_revocations(&self) -> tokio::sync::watch::Receiver<usize> {
        self.state().revocations.count.subscribe()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }
}

impl Default for TestIssuer {
    fn default() -> Self {
        Self::new()
    }
}

use std::sync::{Mutex, MutexGuard, PoisonError};

use ore_security::random::random_bytes;
use ore_security::token::{Algorithm, Jwk, PrivateKey, SecretKey, SigningKey};
use serde_json::Value;

use crate::TestClock;
use crate::revocations::{Revocation, Revocations};

pub(crate) const ISSUER: &str = "https://accounts.test";
pub(crate) const AUDIENCE: &str = "notes";

/// The state of an issuer, from which its tokens are made.
pub(crate) struct Shared {
    pub(crate) algorithm: Algorithm,
    pub(crate) clock: TestClock,
    state: Mutex<State>,
}

pub(crate) struct State {
    /// The last one signs.
    pub(crate) keys: Vec<Key>,
    pub(crate) issued: Vec<Issued>,
    pub(crate) revocations: Revocations,
    /// Stands in the key set beside the keys.
    pub(crate) unusable: Vec<Value>,
}

pub(crate) enum Key {
    Secret(SecretKey),
    Pair(PrivateKey),
}

pub(crate) struct Issued {
    pub(crate) uid: Option<i64>,
    pub(crate) sid: String,
    pub(crate) iat: u64,
    pub(crate) exp: u64,
}

impl Shared {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let state = State {
            keys: vec![Key::generate(algorithm)],
            issued: Vec::new(),
            revocations: Revocations::default(),
            unusable: Vec::new(),
        };
        Self { algorithm, clock: TestClock::default(), state: Mutex::new(state) }
    }

    pub(crate) fn signing_key(&self) -> SigningKey {
        self.state().keys.last().expect("there is always a key").signing_key(self.algorithm)
    }

    pub(crate) fn foreign_signing_key(&self) -> SigningKey {
        Key::generate(self.algorithm).signing_key(self.algorithm)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Ends a session: when the last of its tokens does, or else at `exp`.
    pub(crate) fn revoke_session(&mut self, sid: &str, exp: u64) {
        let ends = self.issued.iter().filter(|issued| issued.sid == sid).map(|issued| issued.exp);
        let exp = ends.max().unwrap_or(exp);
        self.revocations.add(Revocation::Session { sid: sid.to_owned(), exp });
    }
}

impl Key {
    pub(crate) fn generate(algorithm: Algorithm) -> Self {
        if algorithm.is_symmetric() {
            let bytes: [u8; 64] = random_bytes().expect("there is randomness");
            Self::Secret(SecretKey::new(bytes).expect("the secret has bytes"))
        } else {
            Self::Pair(PrivateKey::generate(algorithm).expect("a key can be made"))
        }
    }

    fn signing_key(&self, algorithm: Algorithm) -> SigningKey {
        match self {
            Self::Secret(secret) => SigningKey::hmac(algorithm, secret).expect("the algorithm takes a secret"),
            Self::Pair(pair) => pair.signing_key(),
        }
    }

    pub(crate) fn jwk(&self) -> Option<Jwk> {
        match self {
            Self::Secret(_) => None,
            Self::Pair(pair) => Some(pair.public().to_jwk()),
        }
    }
}

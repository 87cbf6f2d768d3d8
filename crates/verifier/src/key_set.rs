use ore_security::token::{Jwk, PublicKey, VerificationKey};
use serde::Deserialize;
use serde_json::{Value, from_slice, from_value};

use crate::{KeySetError, MAXIMUM_KEY_SET_BYTES, MAXIMUM_KEYS};

/// The result of reading a key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeySetUpdate {
    /// Keys that verify from now on; no other does.
    pub accepted: usize,
    /// Keys that cannot be used: of another algorithm, for another use, malformed, or private.
    pub skipped: usize,
}

/// Keys stay unread here, so that one that cannot be read leaves the others alone.
#[derive(Deserialize)]
struct ReceivedSet {
    keys: Vec<Value>,
}

/// Reads a JSON Web Key Set (RFC 7517) and leaves out the keys that cannot be used (section 5).
pub(crate) fn read_key_set(json: &[u8]) -> Result<(Vec<VerificationKey>, KeySetUpdate), KeySetError> {
    if json.len() > MAXIMUM_KEY_SET_BYTES {
        return Err(KeySetError::TooLong);
    }
    let set: ReceivedSet = from_slice(json).map_err(|_| KeySetError::Malformed)?;
    let told = set.keys.len();
    if told > MAXIMUM_KEYS {
        return Err(KeySetError::TooManyKeys);
    }
    let keys: Vec<VerificationKey> = set.keys.into_iter().filter_map(read_key).collect();
    let update = KeySetUpdate { accepted: keys.len(), skipped: told - keys.len() };
    Ok((keys, update))
}

fn read_key(key: Value) -> Option<VerificationKey> {
    let jwk: Jwk = from_value(key).ok()?;
    Some(PublicKey::from_jwk(&jwk).ok()?.verification_key())
}

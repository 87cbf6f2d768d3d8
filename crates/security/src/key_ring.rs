use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::keyed_hash::KeyedHash;
use crate::mac::{MacKey, MacKeys};
use crate::sealing::{SealingError, SealingKey};

/// Sealed under a key ring, so that another one is noticed.
const CHECK: &[u8] = b"ore key check";

/// The secret that everything stored is sealed with, and those that it follows. Each purpose has keys of its own.
#[derive(Clone)]
pub struct KeyRing {
    current: Secret,
    previous: Vec<Secret>,
}

type Secret = Zeroizing<[u8; 32]>;

/// The keys of one purpose.
#[derive(Debug, Clone)]
pub struct SealingKeys {
    current: SealingKey,
    previous: Vec<SealingKey>,
}

/// The result of comparing a stored check with a key ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyCheck {
    /// It was made with the present secret.
    Current,
    /// It was made with a previous one.
    Previous,
    /// It was made with none of them.
    Unknown,
}

impl KeyRing {
    /// Seals with `current`, and opens what one of `previous` has sealed too.
    pub fn new(current: [u8; 32], previous: impl IntoIterator<Item = [u8; 32]>) -> Self {
        Self { current: Zeroizing::new(current), previous: previous.into_iter().map(Zeroizing::new).collect() }
    }

    /// The keys for this purpose.
    pub fn sealing(&self, purpose: &str) -> SealingKeys {
        let key = |secret: &Secret| SealingKey::derive(secret.as_slice(), purpose);
        SealingKeys { current: key(&self.current), previous: self.previous.iter().map(key).collect() }
    }

    /// Names under a key for this purpose.
    pub fn keyed_hash(&self, purpose: &str) -> KeyedHash {
        let mut key = Zeroizing::new([0; 32]);
        // It fails for keys of more than 8,160 bytes alone.
        let _ = Hkdf::<Sha256>::new(None, self.current.as_slice()).expand(purpose.as_bytes(), key.as_mut());
        KeyedHash::new(key.as_slice())
    }

    /// Authentication codes under the keys for this purpose.
    pub fn mac(&self, purpose: &str) -> MacKeys {
        let key = |secret: &Secret| MacKey::derive(secret.as_slice(), purpose);
        MacKeys::new(key(&self.current), self.previous.iter().map(key).collect())
    }

    /// A check to store, by which another key ring is recognised later.
    ///
    /// # Errors
    /// [`SealingError::Randomness`].
    pub fn make_check(&self) -> Result<Vec<u8>, SealingError> {
        self.checking().current.seal(CHECK, &[])
    }

    /// Which secret of this ring made the check.
    pub fn compare(&self, check: &[u8]) -> KeyCheck {
        let keys = self.checking();
        let opens = |key: &SealingKey| key.open(check, &[]).is_ok_and(|plain| plain.as_slice() == CHECK);
        if opens(&keys.current) {
            KeyCheck::Current
        } else if keys.previous.iter().any(opens) {
            KeyCheck::Previous
        } else {
            KeyCheck::Unknown
        }
    }

    fn checking(&self) -> SealingKeys {
        self.sealing("ore key check")
    }
}

/// Without keys from before.
impl From<SealingKey> for SealingKeys {
    fn from(current: SealingKey) -> Self {
        Self { current, previous: Vec::new() }
    }
}

impl SealingKeys {
    /// Seals with the present key; only who knows the same `context` opens it.
    ///
    /// # Errors
    /// As [`SealingKey::seal`].
    pub fn seal(&self, plain: &[u8], context: &[u8]) -> Result<Vec<u8>, SealingError> {
        self.current.seal(plain, context)
    }

    /// What was sealed with the present key or a previous one.
    ///
    /// # Errors
    /// [`SealingError::WrongKey`].
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
        let mut keys = std::iter::once(&self.current).chain(&self.previous);
        keys.find_map(|key| key.open(sealed, context).ok()).ok_or(SealingError::WrongKey)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeyRing(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: [u8; 32] = [1; 32];
    const NEW: [u8; 32] = [2; 32];

    #[test]
    fn what_a_previous_secret_sealed_is_opened_and_nothing_is_sealed_with_it() {
        let (old, both) = (KeyRing::new(OLD, []).sealing("mail"), KeyRing::new(NEW, [OLD]).sealing("mail"));
        let sealed = old.seal(b"plain", b"context").unwrap();
        assert_eq!(both.open(&sealed, b"context").unwrap().as_slice(), b"plain");
        let sealed = both.seal(b"plain", b"context").unwrap();
        assert_eq!(old.open(&sealed, b"context"), Err(SealingError::WrongKey));
        assert_eq!(KeyRing::new(NEW, [OLD]).sealing("other").open(&sealed, b"context"), Err(SealingError::WrongKey));
    }

    #[test]
    fn another_ring_is_noticed() {
        let check = KeyRing::new(OLD, []).make_check().unwrap();
        assert_eq!(KeyRing::new(OLD, []).compare(&check), KeyCheck::Current);
        assert_eq!(KeyRing::new(NEW, [OLD]).compare(&check), KeyCheck::Previous);
        assert_eq!(KeyRing::new(NEW, []).compare(&check), KeyCheck::Unknown);
    }

    #[test]
    fn names_of_different_purposes_differ_and_no_secret_prints() {
        let ring = KeyRing::new(OLD, [NEW]);
        assert_ne!(ring.keyed_hash("limits").of("ada"), ring.keyed_hash("mail").of("ada"));
        assert_eq!(format!("{ring:?}"), "KeyRing(..)");
    }
}

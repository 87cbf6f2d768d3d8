//! Encryption of what is stored: XChaCha20-Poly1305 under keys derived by HKDF with SHA-256 (RFC 5869).

use std::fmt;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::random::{RandomnessError, random_bytes};

const NONCE_BYTES: usize = 24;

/// A key for one purpose.
#[derive(Clone)]
pub struct SealingKey(XChaCha20Poly1305);

/// Why something could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SealingError {
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// It was sealed with another key or for something else, it was changed, or it is too long.
    #[error("the sealed value does not fit the key")]
    WrongKey,
}

impl SealingKey {
    /// The key that `secret` has for this purpose. The secret needs as many random bits as the key shall have; keys of
    /// different purposes tell nothing of each other.
    pub fn derive(secret: &[u8], purpose: &str) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        // It fails for keys of more than 8,160 bytes alone.
        let _ = Hkdf::<Sha256>::new(None, secret).expand(purpose.as_bytes(), key.as_mut());
        Self(XChaCha20Poly1305::new(&(*key).into()))
    }

    /// Seals `plain`; only who knows the same `context` opens it.
    ///
    /// # Errors
    /// As [`SealingError`] says.
    pub fn seal(&self, plain: &[u8], context: &[u8]) -> Result<Vec<u8>, SealingError> {
        let nonce: [u8; NONCE_BYTES] = random_bytes()?;
        let payload = Payload { msg: plain, aad: context };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealingError::WrongKey)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// What was sealed, with the same context.
    ///
    /// # Errors
    /// [`SealingError::WrongKey`].
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SealingError::WrongKey)?;
        let payload = Payload { msg: sealed, aad: context };
        let plain = self.0.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealingError::WrongKey)?;
        Ok(Zeroizing::new(plain))
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealingKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_secret_purpose_and_context_alone() {
        let sealed = SealingKey::derive(b"secret", "purpose").seal(b"plain", b"context").unwrap();
        let open = |secret: &[u8], purpose, context| SealingKey::derive(secret, purpose).open(&sealed, context);
        assert_eq!(open(b"secret", "purpose", b"context").unwrap().as_slice(), b"plain");
        for (secret, purpose, context) in [
            (b"Secret".as_slice(), "purpose", b"context".as_slice()),
            (b"secret", "Purpose", b"context"),
            (b"secret", "purpose", b"Context"),
        ] {
            assert_eq!(open(secret, purpose, context), Err(SealingError::WrongKey));
        }
    }

    #[test]
    fn a_change_of_any_byte_is_noticed() {
        let key = SealingKey::derive(b"secret", "purpose");
        let sealed = key.seal(b"plain", b"").unwrap();
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert_eq!(key.open(&changed, b""), Err(SealingError::WrongKey));
            assert_eq!(key.open(&sealed[..index], b""), Err(SealingError::WrongKey));
        }
    }

    #[test]
    fn equal_texts_are_sealed_differently() {
        let key = SealingKey::derive(b"secret", "purpose");
        assert_ne!(key.seal(b"plain", b"").unwrap(), key.seal(b"plain", b"").unwrap());
        assert_eq!(format!("{key:?}"), "SealingKey(..)");
    }
}

use std::fmt;

use jsonwebtoken::EncodingKey;

use super::provider::PROVIDER;
use super::{Algorithm, KeyError, SecretKey, TokenError, compact::encode};

/// An algorithm and the key to sign with it.
#[derive(Clone)]
pub struct SigningKey {
    algorithm: Algorithm,
    kid: Option<String>,
    key: EncodingKey,
}

impl SigningKey {
    /// A key of HMAC, which tokens do not name.
    ///
    /// # Errors
    /// [`KeyError::WrongKind`] when the algorithm is another.
    pub fn hmac(algorithm: Algorithm, secret: &SecretKey) -> Result<Self, KeyError> {
        if !algorithm.is_symmetric() {
            return Err(KeyError::WrongKind);
        }
        Ok(Self { algorithm, kid: None, key: EncodingKey::from_secret(secret.bytes()) })
    }

    #[cfg(feature = "signing-keys")]
    pub(super) fn of_pair(algorithm: Algorithm, kid: &str, key: EncodingKey) -> Self {
        Self { algorithm, kid: Some(kid.to_owned()), key }
    }

    /// The algorithm that the key is bound to.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The name of the key in tokens; none of HMAC.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Returns the encoded signature of `message`.
    pub(super) fn sign(&self, message: &[u8]) -> Result<String, TokenError> {
        let signer =
            (PROVIDER.signer_factory)(&self.algorithm.to_jsonwebtoken(), &self.key).map_err(|_| TokenError::Signing)?;
        signer.try_sign(message).map(encode).map_err(|_| TokenError::Signing)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SigningKey")
            .field("algorithm", &self.algorithm)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

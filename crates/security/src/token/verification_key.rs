use std::fmt;

use jsonwebtoken::DecodingKey;

use super::provider::PROVIDER;
use super::{Algorithm, KeyError, SecretKey, TokenError, compact::CompactToken, header::Header};

/// An algorithm and a key to verify with it.
#[derive(Clone)]
pub struct VerificationKey {
    algorithm: Algorithm,
    kid: Option<String>,
    key: DecodingKey,
}

impl VerificationKey {
    /// A key of HMAC, which tokens do not name.
    ///
    /// # Errors
    /// [`KeyError::WrongKind`] when the algorithm is another.
    pub fn hmac(algorithm: Algorithm, secret: &SecretKey) -> Result<Self, KeyError> {
        if !algorithm.is_symmetric() {
            return Err(KeyError::WrongKind);
        }
        Ok(Self::of_secret(algorithm, secret))
    }

    pub(super) fn of_secret(algorithm: Algorithm, secret: &SecretKey) -> Self {
        Self { algorithm, kid: None, key: DecodingKey::from_secret(secret.bytes()) }
    }

    pub(super) fn of_pair(algorithm: Algorithm, kid: &str, key: DecodingKey) -> Self {
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

    /// Verifies the signature over the bytes as they were received.
    pub(super) fn verify(&self, token: &CompactToken<'_>) -> Result<(), TokenError> {
        let signature = token.signature()?;
        let verifier = (PROVIDER.verifier_factory)(&self.algorithm.to_jsonwebtoken(), &self.key)
            .map_err(|_| TokenError::InvalidSignature)?;
        verifier.verify(token.signed(), &signature).map_err(|_| TokenError::InvalidSignature)
    }
}

/// Verifies the signature with those of the keys that the header asks for: of its algorithm and, where they have names, of
/// its name.
pub(super) fn verify_with(
    keys: &[VerificationKey],
    header: &Header<'_>,
    token: &CompactToken<'_>,
) -> Result<(), TokenError> {
    let mut of_algorithm = keys.iter().filter(|key| key.algorithm.name() == header.alg).peekable();
    let names_keys = of_algorithm.peek().ok_or(TokenError::WrongAlgorithm)?.kid.is_some();
    if names_keys != header.kid.is_some() {
        return Err(TokenError::UnacceptableHeader);
    }
    let matching = of_algorithm.filter(|key| key.kid.as_deref() == header.kid.as_deref());
    let mut verified = Err(TokenError::UnknownKey);
    for key in matching {
        verified = key.verify(token);
        if verified.is_ok() {
            break;
        }
    }
    verified
}

impl fmt::Debug for VerificationKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("VerificationKey");
        shown.field("algorithm", &self.algorithm).field("kid", &self.kid).finish_non_exhaustive()
    }
}

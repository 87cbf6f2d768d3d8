// The provider is named rather than looked up: jsonwebtoken's process-wide default panics when a build has both.
#[cfg(feature = "aws-lc-rs")]
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
use jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;
use jsonwebtoken::{DecodingKey, EncodingKey};

use super::{
    Algorithm, SecretKey, TokenError,
    compact::{CompactToken, encode},
};

#[cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto")))]
compile_error!("ore-security needs one of its features `aws-lc-rs` (the default) and `rust-crypto`");

/// An algorithm and the key to sign with it.
#[derive(Clone)]
pub(super) struct SigningKey {
    algorithm: Algorithm,
    key: EncodingKey,
}

impl SigningKey {
    pub(super) fn new(algorithm: Algorithm, key: &SecretKey) -> Self {
        Self { algorithm, key: EncodingKey::from_secret(key.bytes()) }
    }

    /// Returns the encoded signature of `message`.
    pub(super) fn sign(&self, message: &[u8]) -> Result<String, TokenError> {
        let signer = (DEFAULT_PROVIDER.signer_factory)(&self.algorithm.to_jsonwebtoken(), &self.key)
            .map_err(|_| TokenError::Signing)?;
        signer.try_sign(message).map(encode).map_err(|_| TokenError::Signing)
    }
}

/// An algorithm and the key to verify with it.
#[derive(Clone)]
pub(super) struct VerifyingKey {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl VerifyingKey {
    pub(super) fn new(algorithm: Algorithm, key: &SecretKey) -> Self {
        Self { algorithm, key: DecodingKey::from_secret(key.bytes()) }
    }

    pub(super) const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Verifies the signature over the bytes as they were received.
    pub(super) fn verify(&self, token: &CompactToken<'_>) -> Result<(), TokenError> {
        let signature = token.signature()?;
        let verifier = (DEFAULT_PROVIDER.verifier_factory)(&self.algorithm.to_jsonwebtoken(), &self.key)
            .map_err(|_| TokenError::InvalidSignature)?;
        verifier.verify(token.signed(), &signature).map_err(|_| TokenError::InvalidSignature)
    }
}

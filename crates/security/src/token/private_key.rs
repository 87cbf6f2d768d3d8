use std::fmt;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use jsonwebtoken::EncodingKey;
use jsonwebtoken::jwk::EllipticCurve;
use pkcs8::der::oid::ObjectIdentifier;
use pkcs8::{PrivateKeyInfo, SecretDocument};
use zeroize::Zeroizing;

use super::compact::encode;
use super::provider::PROVIDER;
use super::public_key::Components;
use super::{Algorithm, KeyError, PublicKey, SigningKey};

/// RFC 8410, section 3.
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// RFC 5480, sections 2.1.1 and 2.1.1.1.
const ELLIPTIC_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// RFC 8017, appendix A.1.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// A key pair. Whoever has it can make tokens.
///
/// It prints without the private half and implements no `Display`.
#[derive(Clone)]
pub struct PrivateKey {
    key: EncodingKey,
    public: PublicKey,
}

impl PrivateKey {
    /// Makes a new one; one of RSA has 2048 bits.
    ///
    /// # Errors
    /// [`KeyError::WrongKind`] for HMAC, [`KeyError::Generation`].
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let failed = |_| KeyError::Generation;
        match algorithm {
            Algorithm::EdDsa => {
                let pair = Ed25519KeyPair::generate().map_err(failed)?;
                Self::from_der(algorithm, pair.to_pkcs8v1().map_err(failed)?.as_ref())
            }
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
                Self::from_der(algorithm, pair.to_pkcs8v1().map_err(failed)?.as_ref())
            }
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                Self::from_pkcs8(pair.as_der().map_err(failed)?.as_ref())
            }
            Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => Err(KeyError::WrongKind),
        }
    }

    /// Reads a key in PEM (RFC 7468): PKCS #8, or PKCS #1 of RSA. Its kind says the algorithm.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] for what is no private key, [`KeyError::WrongKind`] for one that is not of Ed25519, P-256 or
    /// RSA, [`KeyError::UnacceptableRsa`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let (label, document) = SecretDocument::from_pem(pem.trim()).map_err(|_| KeyError::Malformed)?;
        match label {
            "PRIVATE KEY" => Self::from_pkcs8(document.as_bytes()),
            "RSA PRIVATE KEY" => Self::from_der(Algorithm::Rs256, document.as_bytes()),
            _ => Err(KeyError::Malformed),
        }
    }

    /// Reads what [`to_der`](Self::to_der) has written.
    ///
    /// # Errors
    /// As [`from_pem`](Self::from_pem), [`KeyError::WrongKind`] for HMAC.
    pub fn from_der(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        let key = match algorithm {
            Algorithm::EdDsa => EncodingKey::from_ed_der(der),
            Algorithm::Es256 => EncodingKey::from_ec_der(der),
            Algorithm::Rs256 => EncodingKey::from_rsa_der(der),
            Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => return Err(KeyError::WrongKind),
        };
        Self::new(algorithm, key)
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let info = PrivateKeyInfo::try_from(der).map_err(|_| KeyError::Malformed)?;
        match info.algorithm.oid {
            ED25519 => Self::from_der(Algorithm::EdDsa, der),
            ELLIPTIC_CURVE if info.algorithm.parameters_oid() == Ok(P_256) => Self::from_der(Algorithm::Es256, der),
            RSA => Self::from_der(Algorithm::Rs256, info.private_key),
            _ => Err(KeyError::WrongKind),
        }
    }

    fn new(algorithm: Algorithm, key: EncodingKey) -> Result<Self, KeyError> {
        let (keys, der, malformed) = (&PROVIDER.key_utils, key.as_bytes(), |_| KeyError::Malformed);
        let components = match algorithm {
            Algorithm::EdDsa => {
                let x = (keys.ed_pub_components_from_private_key)(der, &EllipticCurve::Ed25519).map_err(malformed)?;
                Components::Ed25519 { x: encode(x) }
            }
            Algorithm::Es256 => {
                let named = algorithm.to_jsonwebtoken();
                let (_, x, y) = (keys.ec_pub_components_from_private_key)(der, named).map_err(malformed)?;
                Components::P256 { x: encode(x), y: encode(y) }
            }
            Algorithm::Rs256 => {
                let (n, e) = (keys.rsa_pub_components_from_private_key)(der).map_err(malformed)?;
                Components::Rsa { n: encode(n), e: encode(e) }
            }
            Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => return Err(KeyError::WrongKind),
        };
        Ok(Self { key, public: PublicKey::new(components, None)? })
    }

    /// The private half, as it is kept: PKCS #8 of Ed25519 and P-256, PKCS #1 of RSA.
    pub fn to_der(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.key.as_bytes().to_vec())
    }

    /// The public half.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The key for signing.
    pub fn signing_key(&self) -> SigningKey {
        SigningKey::of_pair(self.public.algorithm(), self.public.kid(), self.key.clone())
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PrivateKey").field("public", &self.public).finish_non_exhaustive()
    }
}

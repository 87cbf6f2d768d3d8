use std::fmt;
use std::ops::RangeInclusive;

use jsonwebtoken::DecodingKey;
use sha2::{Digest as _, Sha256};

use super::{
    Algorithm, Jwk, KeyError, VerificationKey,
    compact::{decode, encode},
};

/// How many bytes the modulus of an RSA key may have: 2048 to 4096 bits.
const RSA_MODULUS_BYTES: RangeInclusive<usize> = 256..=512;
/// How many bytes a coordinate on P-256 or Ed25519 has.
const COORDINATE_BYTES: usize = 32;

/// The public half of a key, which others may know.
#[derive(Clone)]
pub struct PublicKey {
    kid: String,
    components: Components,
    key: DecodingKey,
}

/// The components of a key, in base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Components {
    Ed25519 { x: String },
    P256 { x: String, y: String },
    Rsa { n: String, e: String },
}

impl PublicKey {
    /// Reads a JSON Web Key (RFC 7517), strictly: a member that says something else than the key itself does, or that makes
    /// it a private one, is refused. Without a `kid` the key has the name that its thumbprint gives.
    ///
    /// # Errors
    /// [`KeyError`] says what is wrong with it.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, KeyError> {
        if jwk.is_private() {
            return Err(KeyError::Private);
        }
        if !jwk.is_for_signatures() {
            return Err(KeyError::WrongUse);
        }
        let text = |member: &Option<String>| member.clone().ok_or(KeyError::Malformed);
        let components = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("OKP", Some("Ed25519")) => Components::Ed25519 { x: text(&jwk.x)? },
            ("EC", Some("P-256")) => Components::P256 { x: text(&jwk.x)?, y: text(&jwk.y)? },
            ("RSA", None) => Components::Rsa { n: text(&jwk.n)?, e: text(&jwk.e)? },
            _ => return Err(KeyError::WrongKind),
        };
        let key = Self::new(components, jwk.kid.clone())?;
        let is_of_algorithm = jwk.alg.as_deref().is_none_or(|name| name == key.algorithm().name());
        if is_of_algorithm { Ok(key) } else { Err(KeyError::WrongKind) }
    }

    pub(super) fn new(components: Components, kid: Option<String>) -> Result<Self, KeyError> {
        let malformed = |_| KeyError::Malformed;
        let key = match &components {
            Components::Ed25519 { x } => {
                coordinate(x)?;
                DecodingKey::from_ed_components(x).map_err(malformed)?
            }
            Components::P256 { x, y } => {
                coordinate(x)?;
                coordinate(y)?;
                DecodingKey::from_ec_components(x, y).map_err(malformed)?
            }
            Components::Rsa { n, e } => {
                check_rsa(&bytes(n)?, &bytes(e)?)?;
                DecodingKey::from_rsa_components(n, e).map_err(malformed)?
            }
        };
        Ok(Self { kid: kid.unwrap_or_else(|| components.thumbprint()), components, key })
    }

    /// The name of the key in tokens: its thumbprint (RFC 7638), unless it came with another.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The algorithm that the key is bound to.
    pub const fn algorithm(&self) -> Algorithm {
        match self.components {
            Components::Ed25519 { .. } => Algorithm::EdDsa,
            Components::P256 { .. } => Algorithm::Es256,
            Components::Rsa { .. } => Algorithm::Rs256,
        }
    }

    /// The key as others read it.
    pub fn to_jwk(&self) -> Jwk {
        let jwk = Jwk {
            kid: Some(self.kid.clone()),
            alg: Some(self.algorithm().name().to_owned()),
            usage: Some("sig".to_owned()),
            ..Jwk::default()
        };
        match self.components.clone() {
            Components::Ed25519 { x } => {
                Jwk { kty: "OKP".to_owned(), crv: Some("Ed25519".to_owned()), x: Some(x), ..jwk }
            }
            Components::P256 { x, y } => {
                Jwk { kty: "EC".to_owned(), crv: Some("P-256".to_owned()), x: Some(x), y: Some(y), ..jwk }
            }
            Components::Rsa { n, e } => Jwk { kty: "RSA".to_owned(), n: Some(n), e: Some(e), ..jwk },
        }
    }

    /// The key for verifying.
    pub fn verification_key(&self) -> VerificationKey {
        VerificationKey::of_pair(self.algorithm(), &self.kid, self.key.clone())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("PublicKey");
        shown.field("kid", &self.kid).field("algorithm", &self.algorithm()).finish_non_exhaustive()
    }
}

impl Components {
    /// RFC 7638, section 3, with SHA-256: the members that are required, in the order of their names.
    fn thumbprint(&self) -> String {
        let members = match self {
            Self::Ed25519 { x } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#),
            Self::P256 { x, y } => format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
        };
        encode(Sha256::digest(members))
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, KeyError> {
    decode(text).map_err(|_| KeyError::Malformed)
}

fn coordinate(text: &str) -> Result<(), KeyError> {
    if bytes(text)?.len() == COORDINATE_BYTES { Ok(()) } else { Err(KeyError::Malformed) }
}

/// Both numbers without leading zeros (RFC 7518, section 6.3.1).
fn check_rsa(modulus: &[u8], exponent: &[u8]) -> Result<(), KeyError> {
    let is_bare = |number: &[u8]| number.first().is_some_and(|first| *first != 0);
    if !is_bare(modulus) || !is_bare(exponent) {
        return Err(KeyError::Malformed);
    }
    // Who makes keys of 2048, 3072 or 4096 bits fills every byte; what does not is an odd length that nobody chose.
    let has_length = RSA_MODULUS_BYTES.contains(&modulus.len()) && modulus[0] >= 0x80;
    let is_odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    let is_large = (3..=8).contains(&exponent.len());
    if has_length && is_odd(modulus) && is_odd(exponent) && is_large { Ok(()) } else { Err(KeyError::UnacceptableRsa) }
}

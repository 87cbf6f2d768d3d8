use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error, MapAccess, Visitor},
};
use serde_json::{Map, Value};

/// The claims of an access token (RFC 9068, section 2.2).
///
/// `E` holds further claims that stand beside these in the token: any type that serde reads from and writes to a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims<E = NoExtraClaims> {
    /// The user's e-mail address when the token was made. Not an identity: it can pass to someone else.
    pub sub: String,
    /// The user's id, which users are looked up by.
    pub uid: i64,
    /// The session the token belongs to.
    pub sid: String,
    /// The token's own identifier.
    pub jti: String,
    /// When the token was made, in seconds since 1970.
    pub iat: u64,
    /// When the token ends, in seconds since 1970.
    pub exp: u64,
    /// Who made the token.
    pub iss: String,
    /// Whom the token is for: the audience that the verifier stands for, whichever others the token names.
    pub aud: String,
    /// The client that the token was given to.
    pub client_id: String,
    /// Further claims.
    pub extra: E,
}

/// No further claims: none are written, and those in a token are ignored (RFC 7519, section 4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoExtraClaims {}

/// The names that further claims may not have.
pub(super) const STANDARD_CLAIMS: [&str; 10] =
    ["sub", "uid", "sid", "jti", "iat", "exp", "nbf", "iss", "aud", "client_id"];

/// The claims as they are written.
#[derive(Serialize)]
pub(super) struct ClaimsToSign<'a> {
    pub(super) sub: &'a str,
    pub(super) uid: i64,
    pub(super) sid: &'a str,
    pub(super) jti: &'a str,
    pub(super) iat: u64,
    pub(super) exp: u64,
    pub(super) iss: &'a str,
    pub(super) aud: &'a str,
    pub(super) client_id: &'a str,
    #[serde(flatten)]
    pub(super) extra: Map<String, Value>,
}

/// The claims as they are read: each exactly once, numbers as non-negative JSON integers.
#[derive(Deserialize)]
#[serde(bound = "E: DeserializeOwned")]
pub(super) struct ReceivedClaims<E> {
    pub(super) sub: String,
    pub(super) uid: i64,
    pub(super) sid: String,
    pub(super) jti: String,
    pub(super) iat: u64,
    pub(super) exp: u64,
    #[serde(default, deserialize_with = "present")]
    pub(super) nbf: Option<u64>,
    pub(super) iss: String,
    pub(super) aud: Audience,
    pub(super) client_id: String,
    #[serde(flatten)]
    pub(super) extra: ExtraClaims<E>,
}

/// A claim that may be absent but, unlike a plain `Option`, not null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    u64::deserialize(deserializer).map(Some)
}

/// One audience or a list of them (RFC 7519, section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    pub(super) fn contains(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Several(several) => several.iter().any(|one| one == audience),
        }
    }
}

/// Reads `E` from the claims that are left over, refusing a name that stands there twice.
pub(super) struct ExtraClaims<E>(pub(super) E);

impl<'de, E: DeserializeOwned> Deserialize<'de> for ExtraClaims<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UniqueNames(PhantomData))
    }
}

struct UniqueNames<E>(PhantomData<E>);

impl<'de, E: DeserializeOwned> Visitor<'de> for UniqueNames<E> {
    type Value = ExtraClaims<E>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map without duplicate names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut claims = Map::new();
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            if claims.insert(name, value).is_some() {
                return Err(A::Error::custom("duplicate claim"));
            }
        }
        E::deserialize(Value::Object(claims)).map(ExtraClaims).map_err(A::Error::custom)
    }
}

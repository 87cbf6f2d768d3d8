use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The members that only a private or a secret key has (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A JSON Web Key (RFC 7517) as it is written. Whether it is one that can be used, [`PublicKey`](super::PublicKey) says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Jwk {
    /// The kind of key.
    pub kty: String,
    /// The name of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The algorithm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// The use of the key.
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// The allowed operations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_ops: Option<Vec<String>>,
    /// The curve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// The first coordinate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// The second coordinate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// The modulus of an RSA key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// The exponent of an RSA key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
    /// Whatever else stands there.
    #[serde(flatten)]
    pub(super) others: Map<String, Value>,
}

impl Jwk {
    pub(super) fn is_private(&self) -> bool {
        PRIVATE_MEMBERS.iter().any(|member| self.others.contains_key(*member))
    }

    pub(super) fn is_for_signatures(&self) -> bool {
        let is_use = self.usage.as_deref().is_none_or(|usage| usage == "sig");
        is_use && self.key_ops.as_ref().is_none_or(|operations| operations.iter().any(|it| it == "verify"))
    }
}

/// A set of keys (RFC 7517, section 5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct JwkSet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

impl FromIterator<Jwk> for JwkSet {
    fn from_iter<T: IntoIterator<Item = Jwk>>(keys: T) -> Self {
        Self { keys: keys.into_iter().collect() }
    }
}

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The claims of an access token (RFC 9068, section 2.2).
///
/// `E` holds further claims that stand beside these in the token: any type that serde reads from and writes to a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims<E = NoExtraClaims> {
    /// The user's e-mail address when the token was made, or the id of a client that acts for itself. Not an identity of
    /// users: an address can pass to someone else.
    pub sub: String,
    /// The id by which the user is looked up. A client that acts for itself has none.
    pub uid: Option<i64>,
    /// The session the token belongs to.
    pub sid: String,
    /// The token's own identifier.
    pub jti: String,
    /// When the token was made, in seconds since 1970.
    pub iat: u64,
    /// When the token ends, in seconds since 1970.
    pub exp: u64,
    /// The issuer.
    pub iss: String,
    /// The audience: that of the verifier, even if the token names others too.
    pub aud: String,
    /// The client that the token was given to.
    pub client_id: String,
    /// Further claims.
    pub extra: E,
}

/// No further claims: none are written, and those in a token are ignored (RFC 7519, section 4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoExtraClaims {}

/// The claims about the session, beside the standard ones. A token of this version has all of them, but `act` only if
/// somebody acts in place of the user. Such a token has no `gen`, so a version that does not know `act` refuses it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionClaims {
    /// When the user authenticated, in seconds since 1970 (RFC 9068, section 2.2.1).
    pub auth_time: Option<u64>,
    /// How the user authenticated (RFC 8176).
    #[serde(default)]
    pub amr: Vec<String>,
    /// The number of the refresh token that the access token was made with.
    #[serde(rename = "gen", skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// The person who acts in place of the user (RFC 8693, section 4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<ActorClaim>,
    /// The roles of the user (RFC 9068, section 2.2.3.1).
    #[serde(default)]
    pub roles: Vec<String>,
    /// The permissions of the user, separated by spaces (RFC 8693, section 4.2).
    #[serde(default)]
    pub scope: String,
}

/// The person who acts in place of the subject of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorClaim {
    /// The claim `sub` of their own tokens.
    pub sub: String,
}

/// The names that further claims may not have.
pub(super) const STANDARD_CLAIMS: [&str; 10] =
    ["sub", "uid", "sid", "jti", "iat", "exp", "nbf", "iss", "aud", "client_id"];

/// The claims as they are written.
#[derive(Serialize)]
pub(super) struct ClaimsToSign<'a> {
    pub(super) sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uid: Option<i64>,
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

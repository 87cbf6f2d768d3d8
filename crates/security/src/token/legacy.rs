use std::{fmt, time::SystemTime};

use serde::Deserialize;

use super::{
    Algorithm, SecretKey, TokenError, VerificationKey,
    compact::{CompactToken, parse_claims},
    header::read_header,
    time::{check_expiry, unix_seconds},
    verification_key::verify_with,
};

/// The claims of a token of the service that came before.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegacyClaims {
    /// The user's e-mail address when the token was made.
    pub sub: String,
    /// When the token ends, in seconds since 1970.
    pub exp: u64,
}

/// Checks the tokens that a service based on python-jose made, for the time of a migration.
///
/// Those tokens name no issuer, no audience and no purpose, so only their exact form is accepted: a header of
/// `alg: HS256` and `typ: JWT`, and the claims `sub` and `exp` and no others. A token with one more claim was made for
/// something else.
#[derive(Clone)]
pub struct LegacyTokenVerifier {
    keys: [VerificationKey; 1],
}

impl LegacyTokenVerifier {
    /// Returns a verifier of tokens signed with `key`.
    pub fn new(key: &SecretKey) -> Self {
        Self { keys: [VerificationKey::of_secret(Algorithm::Hs256, key)] }
    }

    /// Checks a token as it was received and returns its claims. It is refused from `exp` on, without leeway.
    ///
    /// # Errors
    ///
    /// As for [`TokenVerifier::verify`](super::TokenVerifier::verify).
    pub fn verify(&self, token: &str, now: SystemTime) -> Result<LegacyClaims, TokenError> {
        let now = unix_seconds(now)?;
        let token = CompactToken::parse(token)?;
        verify_with(&self.keys, &read_header(&token.header()?, |name| name == "JWT")?, &token)?;
        let claims: LegacyClaims = parse_claims(&token.claims_json()?)?;
        check_expiry(claims.exp, now)?;
        Ok(claims)
    }
}

impl fmt::Debug for LegacyTokenVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LegacyTokenVerifier").finish_non_exhaustive()
    }
}

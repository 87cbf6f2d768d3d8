use std::{
    fmt,
    time::{Duration, SystemTime},
};

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    AccessToken, MAXIMUM_TOKEN_BYTES, NoExtraClaims, SigningKey, TokenError,
    claims::{ClaimsToSign, STANDARD_CLAIMS},
    compact::encode,
    header::ACCESS_TOKEN_TYPE,
    identifier::new_identifier,
    time::{is_in_range, unix_seconds},
};

/// How long a token lives when no lifetime is given.
pub const DEFAULT_LIFETIME: Duration = Duration::from_mins(15);

/// The common claims of all tokens of an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerSettings {
    /// The claim `iss`.
    pub issuer: String,
    /// The claim `aud`, where the subject names none.
    pub audience: String,
    /// The claim `client_id`, where the subject names none.
    pub client_id: String,
}

/// The subject of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The claim `sub`: the user's e-mail address, or the id of a client that acts for itself.
    pub sub: String,
    /// The claim `uid`: the user's id; none of a client that acts for itself.
    pub uid: Option<i64>,
    /// The claim `sid`: the session.
    pub sid: String,
    /// The claim `client_id`, if another than the issuer's own.
    pub client_id: Option<String>,
    /// The claim `aud`, if another than the issuer's own.
    pub audience: Option<String>,
}

impl Subject {
    /// A user, in a session, for the issuer's own audience and client.
    pub const fn user(sub: String, uid: i64, sid: String) -> Self {
        Self { sub, uid: Some(uid), sid, client_id: None, audience: None }
    }
}

/// Makes access tokens.
#[derive(Clone)]
pub struct TokenIssuer {
    settings: IssuerSettings,
    header: String,
    key: SigningKey,
}

impl TokenIssuer {
    /// Returns an issuer that signs with `key`.
    pub fn new(settings: IssuerSettings, key: SigningKey) -> Self {
        let kid = key.kid().map(|kid| format!(r#","kid":"{kid}""#)).unwrap_or_default();
        let header = encode(format!(r#"{{"typ":"{ACCESS_TOKEN_TYPE}","alg":"{}"{kid}}}"#, key.algorithm()));
        Self { settings, header, key }
    }

    /// Makes a token that is valid from `now` for `lifetime`, or for [`DEFAULT_LIFETIME`].
    ///
    /// Both times are rounded down to whole seconds. The token's `jti` is new and random.
    ///
    /// # Errors
    ///
    /// [`TokenError::InvalidLifetime`], [`TokenError::TimeOutOfRange`], [`TokenError::Randomness`],
    /// [`TokenError::Signing`], and [`TokenError::TooLong`] for a token that no verifier would look at.
    pub fn create_access_token(
        &self,
        subject: Subject,
        lifetime: Option<Duration>,
        now: SystemTime,
    ) -> Result<AccessToken, TokenError> {
        self.create_access_token_with(subject, lifetime, now, NoExtraClaims {})
    }

    /// As [`create_access_token`](Self::create_access_token), with further claims beside the standard ones.
    ///
    /// # Errors
    ///
    /// Also [`TokenError::UnacceptableExtraClaims`] when `extra` is not written as a map, or has a claim of a standard
    /// name.
    #[expect(clippy::needless_pass_by_value, reason = "the token takes over what it is made of")]
    pub fn create_access_token_with<E: Serialize>(
        &self,
        subject: Subject,
        lifetime: Option<Duration>,
        now: SystemTime,
        extra: E,
    ) -> Result<AccessToken, TokenError> {
        let iat = unix_seconds(now)?;
        let claims = ClaimsToSign {
            sub: &subject.sub,
            uid: subject.uid,
            sid: &subject.sid,
            jti: &new_identifier()?,
            iat,
            exp: expiry(iat, lifetime.unwrap_or(DEFAULT_LIFETIME))?,
            iss: &self.settings.issuer,
            aud: subject.audience.as_ref().unwrap_or(&self.settings.audience),
            client_id: subject.client_id.as_ref().unwrap_or(&self.settings.client_id),
            extra: extra_claims(&extra)?,
        };
        self.sign(&claims)
    }

    fn sign(&self, claims: &ClaimsToSign<'_>) -> Result<AccessToken, TokenError> {
        let claims = serde_json::to_vec(claims).map_err(|_| TokenError::UnacceptableExtraClaims)?;
        let signed = format!("{}.{}", self.header, encode(claims));
        let token = format!("{signed}.{}", self.key.sign(signed.as_bytes())?);
        if token.len() > MAXIMUM_TOKEN_BYTES { Err(TokenError::TooLong) } else { Ok(AccessToken::new(token)) }
    }
}

impl fmt::Debug for TokenIssuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TokenIssuer").field("settings", &self.settings).finish_non_exhaustive()
    }
}

fn expiry(iat: u64, lifetime: Duration) -> Result<u64, TokenError> {
    let exp = iat.saturating_add(lifetime.as_secs());
    if exp > iat && is_in_range(exp) { Ok(exp) } else { Err(TokenError::InvalidLifetime) }
}

fn extra_claims(extra: &impl Serialize) -> Result<Map<String, Value>, TokenError> {
    match serde_json::to_value(extra) {
        Ok(Value::Object(claims)) if STANDARD_CLAIMS.iter().all(|name| !claims.contains_key(*name)) => Ok(claims),
        _ => Err(TokenError::UnacceptableExtraClaims),
    }
}

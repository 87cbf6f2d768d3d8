use std::{
    fmt,
    time::{Duration, SystemTime},
};

use serde::de::DeserializeOwned;

use super::{
    AccessClaims, TokenError, VerificationKey,
    compact::{CompactToken, parse_claims},
    header::{is_access_token_type, read_header},
    received_claims::ReceivedClaims,
    time::{check_expiry, is_in_range, unix_seconds},
    verification_key::verify_with,
};

/// The longest leeway that can be set.
pub const MAXIMUM_LEEWAY: Duration = Duration::from_secs(30);

/// The expected claims of all tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierSettings {
    /// The claim `iss` must be exactly this.
    pub issuer: String,
    /// The claim `aud` must be exactly this, or a list with it.
    pub audience: String,
    /// How far `iat` and `nbf` may lie in the future, for clocks that differ; at most [`MAXIMUM_LEEWAY`], which is
    /// also the usual choice. `exp` gets none, because a token lives for minutes and its end is a promise: a verifier
    /// whose clock is fast ends a token that much early, and one whose clock is slow that much late.
    pub leeway: Duration,
}

/// Checks access tokens, strictly.
///
/// A token is valid until its end, whatever has become of its session: a verifier knows of no log-out.
#[derive(Clone)]
pub struct TokenVerifier {
    settings: VerifierSettings,
    keys: Vec<VerificationKey>,
}

impl TokenVerifier {
    /// Returns a verifier of tokens signed with one of `keys`.
    ///
    /// # Errors
    ///
    /// [`TokenError::LeewayTooLong`] above [`MAXIMUM_LEEWAY`].
    pub fn new(
        settings: VerifierSettings,
        keys: impl IntoIterator<Item = VerificationKey>,
    ) -> Result<Self, TokenError> {
        if settings.leeway > MAXIMUM_LEEWAY {
            return Err(TokenError::LeewayTooLong);
        }
        Ok(Self { settings, keys: keys.into_iter().collect() })
    }

    /// Checks a token as it was received and returns its claims.
    ///
    /// In this order: its length, its three segments, its header (`alg` and `typ`, and `kid` where keys have names, each
    /// once and as expected), its signature over the received bytes, and only then its claims: all present, none twice, times as integers
    /// in range, `exp` after `now` and `iat`, `iat` and `nbf` not in the future beyond the leeway, `iss` and `aud` as
    /// expected. `E` takes what other claims there are.
    ///
    /// # Errors
    ///
    /// [`TokenError`] says which of these failed, for the log; a client is to be told only that the token is invalid.
    pub fn verify<E: DeserializeOwned>(&self, token: &str, now: SystemTime) -> Result<AccessClaims<E>, TokenError> {
        let now = unix_seconds(now)?;
        let token = CompactToken::parse(token)?;
        verify_with(&self.keys, &read_header(&token.header()?, is_access_token_type)?, &token)?;
        let json = token.claims_json()?;
        let claims = parse_claims(&json)?;
        self.check_times(&claims, now)?;
        self.accept(claims)
    }

    fn check_times<E>(&self, claims: &ReceivedClaims<'_, E>, now: u64) -> Result<(), TokenError> {
        let start = claims.nbf.unwrap_or(claims.iat);
        if !is_in_range(start) || claims.exp <= claims.iat {
            return Err(TokenError::MalformedClaims);
        }
        check_expiry(claims.exp, now)?;
        let latest = now + self.settings.leeway.as_secs();
        if claims.iat > latest {
            return Err(TokenError::IssuedInTheFuture);
        }
        if start > latest { Err(TokenError::NotYetValid) } else { Ok(()) }
    }

    fn accept<E>(&self, claims: ReceivedClaims<'_, E>) -> Result<AccessClaims<E>, TokenError> {
        if claims.iss != self.settings.issuer {
            return Err(TokenError::WrongIssuer);
        }
        if !claims.aud.contains(&self.settings.audience) {
            return Err(TokenError::WrongAudience);
        }
        Ok(AccessClaims {
            sub: claims.sub.into_owned(),
            uid: claims.uid,
            sid: claims.sid.into_owned(),
            jti: claims.jti.into_owned(),
            iat: claims.iat,
            exp: claims.exp,
            iss: claims.iss.into_owned(),
            aud: self.settings.audience.clone(),
            client_id: claims.client_id.into_owned(),
            extra: claims.extra,
        })
    }
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TokenVerifier").field("settings", &self.settings).finish_non_exhaustive()
    }
}

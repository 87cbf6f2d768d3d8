//! Issuer and verifiers of tokens as the settings want them.

use std::time::Duration;

use ore_security::token::{
    IssuerSettings, LegacyTokenVerifier, SecretKey, SigningKey, TokenError, TokenIssuer, TokenVerifier,
    VerificationKey, VerifierSettings,
};
use ore_services::{LegacyTokens, SessionPolicy, SessionTokens, Tokens};
use ore_settings::{SessionSettings, Settings, TokenSettings};
use secrecy::{ExposeSecret, SecretString};

/// The client that our own tokens name (RFC 9068, 2.2): one that calls this API directly.
const FIRST_PARTY_CLIENT_ID: &str = "ore-first-party";
/// How far the clocks of replicas may be apart.
const LEEWAY: Duration = Duration::from_secs(30);

/// How tokens are made and checked.
pub(crate) fn tokens(settings: &Settings) -> Result<Tokens, TokenError> {
    let SessionSettings { refresh_grace, idle, absolute, limit, .. } = settings.sessions;
    let settings = &settings.tokens;
    let policy = SessionPolicy { refresh_grace, idle, absolute, limit };
    let sessions = SessionTokens { issuer: issuer(settings)?, lifetime: settings.access_token_lifetime, policy };
    Ok(Tokens { sessions, verifier: verifier(settings)?, legacy: legacy_tokens(settings)? })
}

fn issuer(settings: &TokenSettings) -> Result<TokenIssuer, TokenError> {
    let issuer = IssuerSettings {
        issuer: settings.issuer.clone(),
        audience: settings.audience.clone(),
        client_id: FIRST_PARTY_CLIENT_ID.to_owned(),
    };
    Ok(TokenIssuer::new(issuer, SigningKey::hmac(settings.algorithm, &key(&settings.secret_key)?)?))
}

fn verifier(settings: &TokenSettings) -> Result<TokenVerifier, TokenError> {
    let verifier =
        VerifierSettings { issuer: settings.issuer.clone(), audience: settings.audience.clone(), leeway: LEEWAY };
    TokenVerifier::new(verifier, [VerificationKey::hmac(settings.algorithm, &key(&settings.secret_key)?)?])
}

fn legacy_tokens(settings: &TokenSettings) -> Result<Option<LegacyTokens>, TokenError> {
    if !settings.accept_legacy {
        return Ok(None);
    }
    let verifier = LegacyTokenVerifier::new(&key(&settings.legacy_secret_key)?);
    Ok(Some(LegacyTokens { verifier, lifetime: settings.legacy_token_lifetime }))
}

fn key(secret: &SecretString) -> Result<SecretKey, TokenError> {
    SecretKey::new(secret.expose_secret().as_bytes())
}

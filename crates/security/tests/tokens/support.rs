use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use ore_security::token::{
    AccessClaims, Algorithm, IssuerSettings, MAXIMUM_LEEWAY, SecretKey, SigningKey, Subject, TokenError, TokenIssuer,
    TokenVerifier, VerificationKey, VerifierSettings,
};
use serde_json::{Value, json};
use sha2::Sha256;

pub(crate) const KEY: &[u8; 32] = b"a key of the tests of 32 bytes..";
/// The time of all tests, in seconds since 1970.
pub(crate) const NOW: u64 = 1_800_000_000;
pub(crate) const HEADER: &str = r#"{"typ":"at+jwt","alg":"HS256"}"#;

pub(crate) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(crate) fn now() -> SystemTime {
    at(NOW)
}

pub(crate) fn key() -> SecretKey {
    SecretKey::new(*KEY).unwrap()
}

pub(crate) fn issuer_settings() -> IssuerSettings {
    IssuerSettings { issuer: "ore-backend".to_owned(), audience: "ore".to_owned(), client_id: "ore-web".to_owned() }
}

pub(crate) fn verifier_settings() -> VerifierSettings {
    VerifierSettings { issuer: "ore-backend".to_owned(), audience: "ore".to_owned(), leeway: MAXIMUM_LEEWAY }
}

pub(crate) fn issuer() -> TokenIssuer {
    issuer_with(Algorithm::Hs256, &key())
}

pub(crate) fn verifier() -> TokenVerifier {
    verifier_with(Algorithm::Hs256, &key())
}

pub(crate) fn issuer_with(algorithm: Algorithm, key: &SecretKey) -> TokenIssuer {
    TokenIssuer::new(issuer_settings(), SigningKey::hmac(algorithm, key).unwrap())
}

pub(crate) fn verifier_with(algorithm: Algorithm, key: &SecretKey) -> TokenVerifier {
    TokenVerifier::new(verifier_settings(), [VerificationKey::hmac(algorithm, key).unwrap()]).unwrap()
}

pub(crate) fn subject() -> Subject {
    Subject::user("user@example.com".to_owned(), 7, "a session".to_owned())
}

pub(crate) fn valid_token() -> String {
    issuer().create_access_token(subject(), None, now()).unwrap().into_string()
}

pub(crate) fn verify(token: &str) -> Result<AccessClaims, TokenError> {
    verifier().verify(token, now())
}

/// The claims of a valid token, to be spoilt.
pub(crate) fn valid_claims() -> Value {
    json!({
        "sub": "user@example.com", "uid": 7, "sid": "a session", "jti": "a token", "iat": NOW, "exp": NOW + 900,
        "iss": "ore-backend", "aud": "ore", "client_id": "ore-web",
    })
}

/// The valid claims with one replaced, or added.
pub(crate) fn claims_with(name: &str, value: Value) -> String {
    let mut claims = valid_claims();
    claims[name] = value;
    claims.to_string()
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Signs two segments as they stand, encoded or not.
pub(crate) fn sign_segments(header: &str, claims: &str, key: &[u8]) -> String {
    let signed = format!("{header}.{claims}");
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", encode(mac.finalize().into_bytes()))
}

/// Makes a token of any header and claims with the right key and HMAC with SHA-256.
pub(crate) fn forge(header: &str, claims: &str) -> String {
    sign_segments(&encode(header), &encode(claims), KEY)
}

#[test]
fn forging_makes_tokens_that_are_valid_unless_something_else_is_wrong() {
    let claims = verify(&forge(HEADER, &valid_claims().to_string())).unwrap();
    assert_eq!(claims.sub, "user@example.com");
}

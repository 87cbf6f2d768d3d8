//! Access tokens: signing, and verifying against jsonwebtoken's own `decode` with the same checks.
//!
//! `cargo bench -p ore-security --bench tokens`. Verifying is to take at most 1.3 times as long as `decode`.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on ends")]
#![allow(clippy::disallowed_methods, reason = "jsonwebtoken's decode asks the clock itself")]

use std::time::{Duration, SystemTime};

use divan::{Bencher, black_box};
use jsonwebtoken::{DecodingKey, Validation, decode};
use ore_security::token::{
    AccessClaims, AccessToken, Algorithm, IssuerSettings, SecretKey, SigningKey, Subject, TokenIssuer, TokenVerifier,
    VerificationKey, VerifierSettings,
};
use serde::Deserialize;

const SECRET: &[u8; 32] = b"a key for benchmarks of 32 bytes";
const ISSUER: &str = "ore-backend";
const AUDIENCE: &str = "ore";
const LEEWAY: Duration = Duration::from_secs(30);

/// The claims of an access token, as anyone who uses jsonwebtoken alone would read them.
#[derive(Deserialize)]
#[expect(dead_code, reason = "reading them is what is measured")]
struct PlainClaims {
    sub: String,
    uid: i64,
    sid: String,
    jti: String,
    iat: u64,
    exp: u64,
    iss: String,
    aud: String,
    client_id: String,
}

fn main() {
    divan::main();
}

fn key() -> SecretKey {
    SecretKey::new(*SECRET).unwrap()
}

fn issuer() -> TokenIssuer {
    let settings =
        IssuerSettings { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned(), client_id: "ore-web".to_owned() };
    TokenIssuer::new(settings, SigningKey::hmac(Algorithm::Hs256, &key()).unwrap())
}

fn subject() -> Subject {
    let session = "7f0c3c1e-1d8a-4b52-9a57-0d6f5b2f8f10".to_owned();
    Subject::user("somebody@example.com".to_owned(), 123_456, session)
}

fn token() -> AccessToken {
    issuer().create_access_token(subject(), None, SystemTime::now()).unwrap()
}

#[divan::bench]
fn sign(bencher: Bencher<'_, '_>) {
    let (issuer, now) = (issuer(), SystemTime::now());
    bencher.with_inputs(subject).bench_values(|subject| issuer.create_access_token(subject, None, now).unwrap());
}

#[divan::bench]
fn verify(bencher: Bencher<'_, '_>) {
    let settings = VerifierSettings { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned(), leeway: LEEWAY };
    let key = VerificationKey::hmac(Algorithm::Hs256, &key()).unwrap();
    let (verifier, token) = (TokenVerifier::new(settings, [key]).unwrap(), token());
    bencher.bench(|| -> AccessClaims { verifier.verify(black_box(token.expose()), SystemTime::now()).unwrap() });
}

#[divan::bench]
fn plain_decode(bencher: Bencher<'_, '_>) {
    let mut validation = Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.leeway = 0;
    validation.validate_nbf = true;
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "sub", "iss", "aud"]);
    let (key, token) = (DecodingKey::from_secret(SECRET), token());
    bencher.bench(|| {
        let data = decode::<PlainClaims>(black_box(token.expose()), &key, &validation).unwrap();
        let latest = jsonwebtoken::get_current_timestamp() + LEEWAY.as_secs();
        assert!(data.header.typ.as_deref() == Some("at+jwt") && data.claims.iat <= latest);
        data.claims
    });
}

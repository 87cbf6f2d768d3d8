//! Access tokens: signing, and verifying against jsonwebtoken's own `decode` with the same checks.
//!
//! `cargo bench -p ore-security --bench tokens`. Verifying is to take at most 1.3 times as long as `decode`.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on ends")]
#![allow(clippy::disallowed_methods, reason = "jsonwebtoken's decode asks the clock itself")]

use std::time::{Duration, SystemTime};

use divan::{Bencher, black_box};
use jsonwebtoken::{DecodingKey, Validation, decode};
use ore_security::token::{
    AccessClaims, AccessToken, Algorithm, IssuerSettings, PrivateKey, SecretKey, SigningKey, Subject, TokenIssuer,
    TokenVerifier, VerificationKey, VerifierSettings,
};
use serde::Deserialize;

const SECRET: &[u8; 32] = b"a key for benchmarks of 32 bytes";
const ISSUER: &str = "ore-backend";
const AUDIENCE: &str = "ore";
const LEEWAY: Duration = Duration::from_secs(30);
const ALGORITHMS: [Algorithm; 4] = [Algorithm::Hs256, Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256];

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

/// The keys of an algorithm: to sign, to verify, and as jsonwebtoken takes them.
struct Keys {
    signing: SigningKey,
    verification: VerificationKey,
    plain: DecodingKey,
}

impl Keys {
    fn of(algorithm: Algorithm) -> Self {
        if algorithm.is_symmetric() {
            let secret = SecretKey::new(*SECRET).unwrap();
            return Self {
                signing: SigningKey::hmac(algorithm, &secret).unwrap(),
                verification: VerificationKey::hmac(algorithm, &secret).unwrap(),
                plain: DecodingKey::from_secret(SECRET),
            };
        }
        let pair = PrivateKey::generate(algorithm).unwrap();
        let jwk = serde_json::to_value(pair.public().to_jwk()).unwrap();
        Self {
            signing: pair.signing_key(),
            verification: pair.public().verification_key(),
            plain: DecodingKey::from_jwk(&serde_json::from_value(jwk).unwrap()).unwrap(),
        }
    }

    fn issuer(&self) -> TokenIssuer {
        let settings = IssuerSettings {
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
            client_id: "ore-web".to_owned(),
        };
        TokenIssuer::new(settings, self.signing.clone())
    }

    fn token(&self) -> AccessToken {
        self.issuer().create_access_token(subject(), None, SystemTime::now()).unwrap()
    }
}

fn subject() -> Subject {
    let session = "7f0c3c1e-1d8a-4b52-9a57-0d6f5b2f8f10".to_owned();
    Subject::user("somebody@example.com".to_owned(), 123_456, session)
}

#[divan::bench(args = ALGORITHMS)]
fn sign(bencher: Bencher<'_, '_>, algorithm: Algorithm) {
    let (issuer, now) = (Keys::of(algorithm).issuer(), SystemTime::now());
    bencher.with_inputs(subject).bench_values(|subject| issuer.create_access_token(subject, None, now).unwrap());
}

#[divan::bench(args = ALGORITHMS)]
fn verify(bencher: Bencher<'_, '_>, algorithm: Algorithm) {
    let settings = VerifierSettings { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned(), leeway: LEEWAY };
    let keys = Keys::of(algorithm);
    let (token, verifier) = (keys.token(), TokenVerifier::new(settings, [keys.verification]).unwrap());
    bencher.bench(|| -> AccessClaims { verifier.verify(black_box(token.expose()), SystemTime::now()).unwrap() });
}

#[divan::bench(args = ALGORITHMS)]
fn plain_decode(bencher: Bencher<'_, '_>, algorithm: Algorithm) {
    let mut validation = Validation::new(algorithm.name().parse().unwrap());
    validation.leeway = 0;
    validation.validate_nbf = true;
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "sub", "iss", "aud"]);
    let keys = Keys::of(algorithm);
    let (key, token) = (&keys.plain, keys.token());
    bencher.bench(|| {
        let data = decode::<PlainClaims>(black_box(token.expose()), key, &validation).unwrap();
        let latest = jsonwebtoken::get_current_timestamp() + LEEWAY.as_secs();
        assert!(data.header.typ.as_deref() == Some("at+jwt") && data.claims.iat <= latest);
        data.claims
    });
}

use std::{
    collections::HashMap,
    time::{Duration, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ore_security::token::{AccessClaims, Algorithm, DEFAULT_LIFETIME, NoExtraClaims, SecretKey, Subject, TokenError};
use proptest::prelude::{ProptestConfig, any, proptest};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{NOW, at, issuer, issuer_with, key, now, subject, valid_token, verifier, verifier_with, verify};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Tenant {
    tenant: String,
    roles: Vec<String>,
}

fn segment(token: &str, index: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap()).unwrap()
}

#[test]
fn a_token_has_the_header_and_the_claims_of_the_contract() {
    let token = valid_token();
    assert_eq!(segment(&token, 0), json!({"typ": "at+jwt", "alg": "HS256"}));
    let mut claims = segment(&token, 1);
    let identifier = claims.as_object_mut().unwrap().remove("jti").unwrap();
    assert_eq!(identifier.as_str().unwrap().len(), 36);
    let expected = json!({
        "sub": "user@example.com", "uid": 7, "sid": "a session", "iat": NOW, "exp": NOW + 900,
        "iss": "ore-backend", "aud": "ore", "client_id": "ore-web",
    });
    assert_eq!(claims, expected);
}

#[test]
fn the_verifier_returns_what_the_issuer_was_given() {
    let claims = verify(&valid_token()).unwrap();
    let expected = AccessClaims {
        sub: "user@example.com".to_owned(),
        uid: Some(7),
        sid: "a session".to_owned(),
        jti: claims.jti.clone(),
        iat: NOW,
        exp: NOW + 900,
        iss: "ore-backend".to_owned(),
        aud: "ore".to_owned(),
        client_id: "ore-web".to_owned(),
        extra: NoExtraClaims {},
    };
    assert_eq!(claims, expected);
}

#[test]
fn the_lifetime_is_15_minutes_unless_another_is_given() {
    assert_eq!(DEFAULT_LIFETIME, Duration::from_mins(15));
    let token = issuer().create_access_token(subject(), Some(Duration::from_mins(30)), now()).unwrap();
    assert_eq!(verify(token.expose()).unwrap().exp, NOW + 1800);
}

#[test]
fn two_tokens_of_the_same_moment_have_different_identifiers() {
    let identifiers = [valid_token(), valid_token()].map(|token| verify(&token).unwrap().jti);
    assert_ne!(identifiers[0], identifiers[1]);
}

#[test]
fn every_algorithm_signs_what_it_verifies_and_nothing_of_the_others() {
    let algorithms = [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512];
    let secret = SecretKey::new([7; 64]).unwrap();
    for signing in algorithms {
        let token = issuer_with(signing, &secret).create_access_token(subject(), None, now()).unwrap();
        for verifying in algorithms {
            let outcome = verifier_with(verifying, &secret).verify::<NoExtraClaims>(token.expose(), now());
            assert_eq!(outcome.is_ok(), signing == verifying, "{signing} {verifying}");
        }
    }
}

#[test]
fn further_claims_stand_beside_the_others_and_come_back_typed() {
    let extra = Tenant { tenant: "north".to_owned(), roles: vec!["reader".to_owned()] };
    let token = issuer().create_access_token_with(subject(), None, now(), &extra).unwrap();
    assert_eq!(segment(token.expose(), 1)["tenant"], json!("north"));
    assert_eq!(verifier().verify::<Tenant>(token.expose(), now()).unwrap().extra, extra);
    assert_eq!(verify(token.expose()).unwrap().uid, Some(7));

    let untyped = verifier().verify::<HashMap<String, Value>>(token.expose(), now()).unwrap().extra;
    let mut names: Vec<&str> = untyped.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["roles", "tenant"]);
}

#[test]
fn a_token_without_the_further_claims_asked_for_is_refused() {
    assert_eq!(verifier().verify::<Tenant>(&valid_token(), now()), Err(TokenError::MalformedClaims));
}

#[test]
fn further_claims_cannot_replace_standard_ones_or_be_no_map() {
    for name in ["sub", "uid", "sid", "jti", "iat", "exp", "nbf", "iss", "aud", "client_id"] {
        let outcome = issuer().create_access_token_with(subject(), None, now(), json!({ name: 1 }));
        assert_eq!(outcome.unwrap_err(), TokenError::UnacceptableExtraClaims, "{name}");
    }
    for extra in [json!(null), json!([]), json!("sub"), json!(7)] {
        let outcome = issuer().create_access_token_with(subject(), None, now(), extra);
        assert_eq!(outcome.unwrap_err(), TokenError::UnacceptableExtraClaims);
    }
}

#[test]
fn lifetimes_and_times_out_of_range_are_refused() {
    let create = |lifetime, time| issuer().create_access_token(subject(), Some(lifetime), time).map(|_| ());
    for lifetime in [Duration::ZERO, Duration::from_millis(999), Duration::MAX, Duration::from_secs(260_000_000_000)] {
        assert_eq!(create(lifetime, now()), Err(TokenError::InvalidLifetime), "{lifetime:?}");
    }
    let before_1970 = UNIX_EPOCH - Duration::from_secs(1);
    assert_eq!(create(Duration::from_mins(1), before_1970), Err(TokenError::TimeOutOfRange));
    assert_eq!(create(Duration::from_mins(1), at(300_000_000_000)), Err(TokenError::TimeOutOfRange));
}

#[test]
fn a_token_that_no_verifier_would_look_at_is_not_made() {
    let subject = Subject { sub: "x".repeat(4000), ..subject() };
    assert_eq!(issuer().create_access_token(subject, None, now()).unwrap_err(), TokenError::TooLong);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_put_into_a_token_comes_out_of_it(
        sub in ".{0,80}", uid in any::<i64>(), sid in ".{0,80}", tenant in ".{0,80}",
        lifetime in 1_u64..100_000_000, issued in 0_u64..4_000_000_000, secret in proptest::collection::vec(any::<u8>(), 1..200),
    ) {
        let secret = SecretKey::new(secret).unwrap();
        let subject = Subject::user(sub.clone(), uid, sid.clone());
        let extra = Tenant { tenant, roles: Vec::new() };
        let token = issuer_with(Algorithm::Hs256, &secret)
            .create_access_token_with(subject, Some(Duration::from_secs(lifetime)), at(issued), &extra)
            .unwrap();
        let verifier = verifier_with(Algorithm::Hs256, &secret);
        let claims = verifier.verify::<Tenant>(token.expose(), at(issued)).unwrap();
        assert_eq!((claims.sub, claims.uid, claims.sid, claims.extra), (sub, Some(uid), sid, extra));
        assert_eq!((claims.iat, claims.exp), (issued, issued + lifetime));
    }

    #[test]
    fn any_text_is_refused_without_a_panic(text in any::<String>(), parts in "[A-Za-z0-9_.-]{0,300}") {
        assert!(verify(&text).is_err());
        assert!(verify(&parts).is_err());
    }
}

#[test]
fn an_issuer_and_a_verifier_of_different_keys_do_not_agree() {
    let other = issuer_with(Algorithm::Hs256, &SecretKey::new(*b"another key of 32 bytes ........").unwrap());
    let token = other.create_access_token(subject(), None, now()).unwrap();
    assert_eq!(verify(token.expose()), Err(TokenError::InvalidSignature));
    assert_eq!(key().len(), 32);
}

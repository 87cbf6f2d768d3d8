use std::time::Duration;

use ore_testkit_issuer::{Algorithm, TestIssuer};
use ore_verifier::{KeySetError, MAXIMUM_KEY_SET_BYTES, MAXIMUM_KEYS, Reason};
use serde_json::json;

use crate::fixture::{Fixture, MAX_STALE, builder};

#[test]
fn nothing_is_accepted_before_there_are_keys() {
    let issuer = TestIssuer::new();
    let verifier = builder().build().unwrap();
    assert_eq!(verifier.check(&issuer.user(7).token(), issuer.now()).err(), Some(Reason::KeysUnavailable));
    verifier.confirm_keys(issuer.now());
    assert_eq!(verifier.check(&issuer.user(7).token(), issuer.now()).err(), Some(Reason::KeysUnavailable));
}

#[test]
fn in_an_outage_keys_are_trusted_for_max_stale_and_no_longer() {
    let fixture = Fixture::new();
    fixture.issuer.advance(Duration::from_mins(10));
    assert!(fixture.check(&fixture.issuer.user(7).token()).is_ok());
    fixture.issuer.advance(MAX_STALE.saturating_sub(Duration::from_mins(10)));
    assert!(fixture.check(&fixture.issuer.user(7).token()).is_ok());
    fixture.issuer.advance(Duration::from_secs(1));
    assert_eq!(fixture.refusal(&fixture.issuer.user(7).token()), Some(Reason::KeysStale));
    fixture.verifier.confirm_keys(fixture.issuer.now());
    assert!(fixture.check(&fixture.issuer.user(7).token()).is_ok());
}

#[test]
fn a_secret_outlives_the_key_set() {
    let issuer = TestIssuer::with_algorithm(Algorithm::Hs256);
    let pairs = TestIssuer::new();
    let builder = builder().secret(Algorithm::Hs256, issuer.secret().unwrap());
    let fixture = Fixture::with(pairs, builder);
    let later = MAX_STALE + Duration::from_secs(1);
    fixture.issuer.advance(later);
    issuer.advance(later);
    assert!(fixture.check(&issuer.user(7).token()).is_ok());
    assert_eq!(fixture.refusal(&fixture.issuer.user(7).token()), Some(Reason::KeysStale));
}

#[test]
fn a_new_key_is_unknown_until_the_set_is_read_again() {
    let fixture = Fixture::new();
    let before = fixture.issuer.user(7).token();
    fixture.issuer.rotate_key();
    let after = fixture.issuer.user(7).token();
    assert_eq!(fixture.refusal(&after), Some(Reason::UnknownKey));
    assert_eq!(fixture.fetch_keys().accepted, 2);
    assert!(fixture.check(&before).is_ok() && fixture.check(&after).is_ok());
}

#[test]
fn a_key_that_was_withdrawn_verifies_nothing() {
    let fixture = Fixture::new();
    let before = fixture.issuer.user(7).token();
    fixture.issuer.rotate_key();
    fixture.issuer.withdraw_old_keys();
    fixture.fetch_keys();
    assert_eq!(fixture.refusal(&before), Some(Reason::UnknownKey));
    fixture.verifier.replace_keys(br#"{"keys":[]}"#, fixture.issuer.now()).unwrap();
    assert_eq!(fixture.refusal(&fixture.issuer.user(7).token()), Some(Reason::WrongAlgorithm));
}

#[test]
fn keys_that_cannot_be_used_are_skipped_and_counted() {
    let fixture = Fixture::new();
    let unusable = [
        json!(null),
        json!({ "kty": 7 }),
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" }),
        json!({ "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA" }),
        json!({ "kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U" }),
        json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "use": "enc" }),
    ];
    let count = unusable.len();
    for key in unusable {
        fixture.issuer.add_unusable_key(key);
    }
    let update = fixture.fetch_keys();
    assert_eq!((update.accepted, update.skipped), (1, count));
    assert!(fixture.check(&fixture.issuer.user(7).token()).is_ok());
}

#[test]
fn what_is_no_key_set_or_too_large_leaves_the_keys_as_they_were() {
    let fixture = Fixture::new();
    let refused = |json: &str| fixture.verifier.replace_keys(json.as_bytes(), fixture.issuer.now()).err();
    for json in ["", "[]", "{}", r#"{"keys":{}}"#, "<html>", r#"{"keys":[]}x"#] {
        assert_eq!(refused(json), Some(KeySetError::Malformed), "{json}");
    }
    let many = |count| json!({ "keys": vec![json!({}); count] }).to_string();
    assert_eq!(refused(&many(MAXIMUM_KEYS + 1)), Some(KeySetError::TooManyKeys));
    let long = format!(r#"{{"keys":[]{}}}"#, " ".repeat(MAXIMUM_KEY_SET_BYTES));
    assert_eq!(refused(&long), Some(KeySetError::TooLong));
    assert!(fixture.check(&fixture.issuer.user(7).token()).is_ok());
    assert_eq!(refused(&many(MAXIMUM_KEYS)), None);
}

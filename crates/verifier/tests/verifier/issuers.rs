use ore_testkit_issuer::TestIssuer;
use ore_verifier::{BuildError, Reason, StaleRevocations, Verifier};

use crate::fixture::{RecordingObserver, builder};

/// What [`TestToken::from_another_issuer`](ore_testkit_issuer::TestToken::from_another_issuer) says in `iss`.
const OTHER: &str = "https://accounts.elsewhere.test";

fn keys_of(issuer: &TestIssuer, verifier: &Verifier) {
    verifier.replace_keys(issuer.jwks().as_bytes(), issuer.now()).unwrap();
}

fn of_other() -> Verifier {
    let builder = Verifier::builder(OTHER).audience(TestIssuer::AUDIENCE).revocations(StaleRevocations::Accept);
    builder.build().unwrap()
}

#[test]
fn each_issuer_vouches_for_its_own_tokens_alone() {
    let (issuer, other) = (TestIssuer::new(), TestIssuer::new());
    let (own, of_other) = (builder().build().unwrap(), of_other());
    keys_of(&issuer, &own);
    keys_of(&other, &of_other);
    let verifier = own.with_issuers([of_other]).unwrap();
    let check = |token: String| verifier.check(&token, issuer.now());
    assert_eq!(check(issuer.user(7).token()).unwrap().iss, TestIssuer::ISSUER);
    assert_eq!(check(other.user(7).from_another_issuer()).unwrap().iss, OTHER);
    // The claim names one issuer, and the key is another's.
    assert_eq!(check(other.user(7).token()).err(), Some(Reason::UnknownKey));
    assert_eq!(check(issuer.user(7).from_another_issuer()).err(), Some(Reason::UnknownKey));
    assert_eq!(check(issuer.user(7).signed_with_a_wrong_key()).err(), Some(Reason::InvalidSignature));
    assert_eq!(check("a.b.c".to_owned()).err(), Some(Reason::Malformed));
}

#[test]
fn an_issuer_that_nobody_named_has_a_reason_of_its_own() {
    let observer = RecordingObserver::default();
    let third = Verifier::builder("https://third.test").audience(TestIssuer::AUDIENCE).observer(observer.clone());
    let verifier = third.build().unwrap().with_issuers([of_other()]).unwrap();
    let issuer = TestIssuer::new();
    assert_eq!(verifier.check(&issuer.user(7).token(), issuer.now()).err(), Some(Reason::UnknownIssuer));
    assert_eq!(*observer.0.lock().unwrap(), ["unknown_issuer"]);
    assert!(!Reason::UnknownIssuer.is_outage());
}

#[test]
fn what_one_issuer_lacks_or_revokes_leaves_the_other() {
    let (issuer, other) = (TestIssuer::new(), TestIssuer::new());
    let (own, of_other) = (builder().build().unwrap(), of_other());
    keys_of(&issuer, &own);
    let verifier = own.with_issuers([of_other.clone()]).unwrap();
    let check = |token: &str| verifier.check(token, issuer.now()).err();
    let (token, others) = (issuer.user(7).token(), other.user(7).session("s").from_another_issuer());
    assert_eq!((check(&token), check(&others)), (None, Some(Reason::KeysUnavailable)));
    keys_of(&other, &of_other);
    assert_eq!((check(&token), check(&others)), (None, None));
    other.revoke_user(7);
    other.revoke_session("s");
    of_other.apply_revocations(other.revocations().as_bytes(), other.now()).unwrap();
    assert_eq!((check(&token), check(&others)), (None, Some(Reason::SessionRevoked)));
}

#[test]
fn an_issuer_is_named_once() {
    let own = builder().build().unwrap();
    assert_eq!(own.clone().with_issuers([own.clone()]).err(), Some(BuildError::SameIssuer));
    assert_eq!(own.clone().with_issuers([of_other(), of_other()]).err(), Some(BuildError::SameIssuer));
    let several = own.with_issuers([of_other()]).unwrap();
    assert_eq!(several.with_issuers([of_other()]).err(), Some(BuildError::SameIssuer));
}

use std::time::Duration;

use ore_testkit_issuer::{Algorithm, SecretKey, TestIssuer};
use ore_verifier::{BuildError, Permission, Reason, Verifier};
use static_assertions::assert_impl_all;

use crate::fixture::{Fixture, RecordingObserver, builder};

assert_impl_all!(Verifier: Clone, Send, Sync);

struct NotesWrite;

impl Permission for NotesWrite {
    const NAME: &'static str = "notes.write";
}

#[test]
fn the_caller_is_who_the_token_says() {
    let fixture = Fixture::new();
    let token = fixture.issuer.user(7).session("s").permissions(["notes.read", "notes.write"]).roles(["editor"]);
    let caller = fixture.check(&token.token()).unwrap();
    assert_eq!((caller.uid, caller.sub.as_str(), caller.sid.as_str()), (Some(7), "user7@example.com", "s"));
    assert_eq!((caller.scopes, caller.roles), (vec!["notes.read".into(), "notes.write".into()], vec!["editor".into()]));
    assert_eq!((caller.amr, caller.act, caller.client_id.as_str()), (vec!["pwd".into()], None, TestIssuer::CLIENT));
    assert_eq!(caller.auth_time, Some(fixture.issuer.clock().unix_seconds()));
    assert_eq!(caller.exp - caller.iat, 900);
}

#[test]
fn a_client_is_no_user() {
    let fixture = Fixture::new();
    let caller = fixture.check(&fixture.issuer.client("importer").token()).unwrap();
    assert_eq!((caller.uid, caller.sub.as_str(), caller.client_id.as_str()), (None, "importer", "importer"));
}

#[test]
fn a_permission_is_there_or_named() {
    let fixture = Fixture::new();
    let caller = fixture.check(&fixture.issuer.user(7).permissions(["notes.write.all", "notes"]).token()).unwrap();
    assert_eq!(caller.require("notes.write").unwrap_err().permission, "notes.write");
    assert_eq!(caller.require_permission::<NotesWrite>().unwrap_err().permission, "notes.write");
    let caller = fixture.check(&fixture.issuer.user(7).permissions(["notes.read", "notes.write"]).token()).unwrap();
    assert_eq!(caller.require_permission::<NotesWrite>(), Ok(()));
}

#[test]
fn a_log_in_is_recent_for_as_long_as_was_asked() {
    let fixture = Fixture::new();
    let limit = Duration::from_mins(10);
    let is_recent = |token: String, later| {
        let caller = fixture.check(&token).unwrap();
        caller.require_recent(limit, fixture.issuer.now() + Duration::from_secs(later)).is_ok()
    };
    assert!(is_recent(fixture.issuer.user(7).token(), 600));
    assert!(!is_recent(fixture.issuer.user(7).token(), 601));
    assert!(!is_recent(fixture.issuer.user(7).acted_for_by("admin@example.com").token(), 0));
    assert!(!is_recent(fixture.issuer.client("importer").token(), 0));
}

#[test]
fn tokens_are_refused_with_the_reason() {
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256] {
        let fixture = Fixture::with(TestIssuer::with_algorithm(algorithm), builder());
        let user = fixture.issuer.user(7);
        assert!(fixture.check(&user.token()).is_ok(), "{algorithm}");
        let refused = [
            (user.expired(), Reason::Expired),
            (user.for_another_audience(), Reason::WrongAudience),
            (user.from_another_issuer(), Reason::WrongIssuer),
            (user.signed_with_a_wrong_key(), Reason::InvalidSignature),
            (user.signed_with_an_unknown_key(), Reason::UnknownKey),
            (user.tampered(), Reason::InvalidSignature),
            ("x".repeat(4097), Reason::TooLong),
            ("a.b".to_owned(), Reason::Malformed),
        ];
        for (token, reason) in refused {
            assert_eq!(fixture.refusal(&token), Some(reason), "{algorithm}");
        }
    }
}

#[test]
fn a_shared_secret_needs_no_key_set() {
    let issuer = TestIssuer::with_algorithm(Algorithm::Hs256);
    let verifier = builder().secret(Algorithm::Hs256, issuer.secret().unwrap()).build().unwrap();
    assert!(verifier.check(&issuer.user(7).token(), issuer.now()).is_ok());
    let forged = issuer.user(7).signed_with_an_unknown_key();
    assert_eq!(verifier.check(&forged, issuer.now()).err(), Some(Reason::InvalidSignature));
    let other = TestIssuer::new().user(7).token();
    assert_eq!(verifier.check(&other, issuer.now()).err(), Some(Reason::WrongAlgorithm));
}

#[test]
fn a_public_key_is_no_secret() {
    let fixture = Fixture::new();
    let forger = TestIssuer::with_algorithm(Algorithm::Hs256);
    assert_eq!(fixture.refusal(&forger.user(7).token()), Some(Reason::WrongAlgorithm));
}

#[test]
fn what_is_missing_or_weak_is_told_at_once() {
    let error = |builder: ore_verifier::VerifierBuilder| builder.build().err();
    assert_eq!(error(Verifier::builder("https://a.test")), Some(BuildError::NoAudience));
    assert_eq!(error(Verifier::builder("").audience("notes")), Some(BuildError::NoIssuer));
    let short = SecretKey::new([7; 31]).unwrap();
    let too_short = BuildError::SecretTooShort(Algorithm::Hs256);
    assert_eq!(error(builder().secret(Algorithm::Hs256, short)), Some(too_short));
    assert!(matches!(error(builder().leeway(Duration::from_secs(31))), Some(BuildError::Token(_))));
    let secret = SecretKey::new([7; 64]).unwrap();
    assert!(matches!(error(builder().secret(Algorithm::EdDsa, secret)), Some(BuildError::Key(_))));
}

#[test]
fn the_observer_is_told_of_checks_and_changes() {
    let observer = RecordingObserver::default();
    let revocations = ore_verifier::StaleRevocations::Refuse;
    let fixture = Fixture::with(TestIssuer::new(), builder().revocations(revocations).observer(observer.clone()));
    let _ = fixture.check("a.b");
    fixture.issuer.revoke_user(9);
    fixture.poll();
    fixture.check(&fixture.issuer.user(7).token()).unwrap();
    assert_eq!(*observer.0.lock().unwrap(), ["1 keys, 0 skipped", "malformed", "1 revocations", "accepted"]);
}

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use ore_domain::{AuditOrigin, Clock, SigningKeyState, StoreExt, StoredSigningKey};
use ore_security::key_ring::KeyRing;
use ore_security::token::{Algorithm, PrivateKey};
use ore_services::{Keyring, SigningKeyAdministration, SigningKeyError, SigningKeyPolicy};
use ore_testkit::{FixedClock, InlineStore, MemoryStore, block_on};

use crate::context::TestContext;

const POLICY: SigningKeyPolicy = SigningKeyPolicy {
    algorithm: Algorithm::EdDsa,
    kept: Duration::from_mins(35),
    rotation: Some(Duration::from_hours(24)),
};

/// The keys of a store, as operators and replicas change them.
struct Keys {
    store: Arc<InlineStore<MemoryStore>>,
    clock: Arc<FixedClock>,
    keyring: Keyring,
    administration: SigningKeyAdministration,
}

impl Keys {
    fn new() -> Self {
        let TestContext { store, clock, .. } = TestContext::new();
        let keyring = Keyring::new(&KeyRing::new([7; 32], []), POLICY);
        let administration = SigningKeyAdministration::new(store.clone(), clock.clone(), Some(keyring.clone()));
        Self { store, clock, keyring, administration }
    }

    fn pass(&self, time: Duration) {
        self.clock.advance(TimeDelta::from_std(time).unwrap());
    }

    /// What a replica does that looks.
    fn advance(&self, starts: bool) -> Vec<StoredSigningKey> {
        let (keyring, now) = (self.keyring.clone(), self.clock.now());
        block_on(self.store.write(move |r| keyring.advance(r, now, starts))).unwrap()
    }

    fn stage(&self) -> String {
        block_on(self.administration.stage(Algorithm::EdDsa, &AuditOrigin::operator())).unwrap().kid
    }

    fn activate(&self, kid: &str, at_once: bool) -> Result<(), SigningKeyError> {
        block_on(self.administration.activate(kid, at_once, &AuditOrigin::operator()))
    }

    fn retire(&self, kid: &str, is_stolen: bool) -> Result<(), SigningKeyError> {
        block_on(self.administration.retire(kid, is_stolen, &AuditOrigin::operator()))
    }

    fn states(&self) -> Vec<(String, SigningKeyState)> {
        let keys = block_on(self.administration.list()).unwrap();
        keys.into_iter().map(|key| (key.kid, key.state)).collect()
    }

    fn signs(&self) -> String {
        let keys = block_on(self.administration.list()).unwrap();
        let opened = self.keyring.open(&keys).unwrap();
        opened.signing.unwrap().public().kid().to_owned()
    }
}

#[test]
fn the_first_start_makes_the_key_that_signs_and_the_next_finds_it() {
    let keys = Keys::new();
    let [first] = &keys.advance(true)[..] else { panic!("one key was expected") };
    assert_eq!((first.state, first.activated_at), (SigningKeyState::Active, Some(keys.clock.now())));
    assert_eq!(keys.advance(true), std::slice::from_ref(first));
    assert_eq!(keys.signs(), first.kid);
}

#[test]
fn keys_follow_each_other_by_themselves() {
    let keys = Keys::new();
    let first = keys.advance(true)[0].kid.clone();
    keys.pass(Duration::from_mins(24 * 60 - 10));
    let second = keys.advance(false)[1].kid.clone();
    assert_eq!(keys.signs(), first);
    keys.pass(Duration::from_mins(10));
    keys.advance(false);
    assert_eq!(keys.signs(), second);
    assert_eq!(keys.states(), [(first, SigningKeyState::Retired), (second.clone(), SigningKeyState::Active)]);
    keys.pass(POLICY.kept);
    keys.advance(false);
    assert_eq!(keys.states(), [(second, SigningKeyState::Active)]);
}

#[test]
fn a_key_is_activated_once_others_could_learn_it_or_at_once_if_wanted() {
    let keys = Keys::new();
    let first = keys.advance(true)[0].kid.clone();
    let (second, third) = (keys.stage(), keys.stage());
    let at = keys.clock.now() + Duration::from_mins(10);
    assert!(matches!(keys.activate(&second, false), Err(SigningKeyError::TooEarly { at: told }) if told == at));
    assert_eq!(keys.signs(), first);
    keys.activate(&third, true).unwrap();
    assert_eq!(keys.signs(), third);
    keys.pass(Duration::from_mins(10));
    keys.activate(&second, false).unwrap();
    assert_eq!(keys.signs(), second);
    for (kid, refused) in [(&first, "next"), (&"unknown".to_owned(), "no such key")] {
        let error = keys.activate(kid, true).unwrap_err().to_string();
        assert!(error.contains(refused), "{error}");
    }
}

#[test]
fn a_key_of_another_algorithm_is_not_activated_beside_those_that_sign() {
    let keys = Keys::new();
    let first = keys.advance(true)[0].kid.clone();
    let other = block_on(keys.administration.stage(Algorithm::Es256, &AuditOrigin::operator())).unwrap().kid;
    let refused = keys.activate(&other, true).unwrap_err().to_string();
    let told =
        "the key is one of ES256, and BACKEND_ALGORITHM is EdDSA; a start with BACKEND_ALGORITHM=ES256 activates it";
    assert_eq!((refused.as_str(), keys.signs()), (told, first));
}

#[test]
fn a_key_is_ended_early_and_the_only_one_that_signs_is_not() {
    let keys = Keys::new();
    let first = keys.advance(true)[0].kid.clone();
    for is_stolen in [false, true] {
        assert!(matches!(keys.retire(&first, is_stolen), Err(SigningKeyError::OnlyActive)));
    }
    let second = keys.stage();
    assert!(matches!(keys.retire(&first, false), Err(SigningKeyError::Signs)));
    keys.retire(&first, true).unwrap();
    assert_eq!(keys.states(), [(second.clone(), SigningKeyState::Active)]);
    let third = keys.stage();
    keys.retire(&third, false).unwrap();
    assert_eq!(keys.states(), [(second, SigningKeyState::Active)]);
}

#[test]
fn a_key_from_elsewhere_is_taken_once() {
    let keys = Keys::new();
    keys.advance(true);
    let key = PrivateKey::generate(Algorithm::EdDsa).unwrap();
    let import = || block_on(keys.administration.import(key.clone(), &AuditOrigin::operator()));
    assert_eq!(import().unwrap().kid, key.public().kid());
    assert!(matches!(import(), Err(SigningKeyError::AlreadyExists)));
}

#[test]
fn what_is_sealed_opens_with_its_key_and_in_its_row_alone() {
    let keys = Keys::new();
    let mut stored = keys.advance(true);
    let other = Keyring::new(&KeyRing::new([8; 32], []), POLICY);
    assert!(matches!(other.open(&stored), Err(SigningKeyError::Sealing(_))));
    let sealed = stored[0].sealed.clone();
    let follows = Keyring::new(&KeyRing::new([8; 32], [[7; 32]]), POLICY);
    assert!(follows.open(&stored).unwrap().signing.is_some());
    let second = keys.stage();
    stored = block_on(keys.administration.list()).unwrap();
    stored.iter_mut().find(|key| key.kid == second).unwrap().sealed = sealed;
    assert!(matches!(keys.keyring.open(&stored), Err(SigningKeyError::Sealing(_))));
}

//! The number and the cost of the computations that each kind of check takes.

use ore_security::password::{HashMemory, HashParameters};

use crate::support::{parameters, recorded_hasher};

/// The same length in both: one that is in Normalization Form C, one that is not.
const COMPOSED: &str = "p\u{e4}ssword";
const DECOMPOSED: &str = "pa\u{308}ssword";

#[test]
fn right_wrong_and_dummy_checks_take_the_same_computations() {
    let (hasher, recorder) = recorded_hasher();
    let mut memory = HashMemory::new();
    for (password, computations) in [(COMPOSED, 1), (DECOMPOSED, 2), ("password", 1), ("", 1)] {
        let expected = vec![parameters(); computations];
        let right = hasher.hash(password, &mut memory).unwrap();
        assert_eq!(recorder.take(), [parameters()]);
        let wrong = hasher.hash("another password", &mut memory).unwrap();
        recorder.take();

        let _ = hasher.verify(password, right.expose(), &mut memory).unwrap();
        assert_eq!(recorder.take(), expected, "right");
        let _ = hasher.verify(password, wrong.expose(), &mut memory).unwrap();
        assert_eq!(recorder.take(), expected, "wrong");
        hasher.verify_dummy(password, &mut memory).unwrap();
        assert_eq!(recorder.take(), expected, "dummy");
    }
}

#[test]
fn a_check_runs_with_the_parameters_of_the_stored_hash() {
    let (hasher, recorder) = recorded_hasher();
    let weaker = HashParameters::new(32, 1, 1).unwrap();
    let stored = ore_security::password::Argon2Hasher::new(weaker).hash("password", &mut HashMemory::new()).unwrap();
    let _ = hasher.verify("password", stored.expose(), &mut HashMemory::new()).unwrap();
    assert_eq!(recorder.take(), [weaker]);
}

#[test]
fn a_refused_password_takes_no_computation() {
    let (hasher, recorder) = recorded_hasher();
    let mut memory = HashMemory::new();
    let stored = hasher.hash("password", &mut memory).unwrap();
    recorder.take();
    for password in ["a\0b".to_owned(), "a".repeat(1_000_000)] {
        assert!(hasher.hash(&password, &mut memory).is_err());
        assert!(hasher.verify(&password, stored.expose(), &mut memory).is_err());
        assert!(hasher.verify_dummy(&password, &mut memory).is_err());
    }
    assert_eq!(recorder.take(), []);
}

//! The number and the cost of the computations that each kind of check takes.

use ore_security::password::{HashError, HashMemory, HashParameters, Verification};

use crate::support::{parameters, recorded_hasher};

/// The same length in both: one that is in Normalization Form C, one that is not.
const COMPOSED: &str = "p\u{e4}ssword";
const DECOMPOSED: &str = "pa\u{308}ssword";
/// A hash that asks for 4 TB.
const TOO_DEAR: &str =
    "$argon2id$v=19$m=4000000000,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$eALnARiz91jiq34yGxlAjU/Sq4WnGVeKuhpPk7KFO90";

#[test]
fn a_check_takes_the_same_computations_whatever_is_stored() {
    let (hasher, recorder) = recorded_hasher();
    let mut memory = HashMemory::new();
    for (password, computations) in [(COMPOSED, 1), (DECOMPOSED, 2), ("password", 1), ("", 1)] {
        let expected = vec![parameters(); computations];
        let right = hasher.hash(password, &mut memory).unwrap();
        assert_eq!(recorder.take(), [parameters()]);
        let wrong = hasher.hash("another password", &mut memory).unwrap();
        recorder.take();

        let (matches, malformed) = (Verification::Match { needs_renewal: false }, HashError::MalformedHash);
        for (stored, outcome) in [
            (Some(right.expose()), matches),
            (Some(wrong.expose()), Verification::Mismatch),
            (None, Verification::Mismatch),
            (Some(""), Verification::UnusableHash(malformed)),
            (Some("no hash"), Verification::UnusableHash(malformed)),
            (Some(TOO_DEAR), Verification::UnusableHash(HashError::ParametersOutOfBounds)),
        ] {
            assert_eq!(hasher.verify(password, stored, &mut memory), Ok(outcome), "{stored:?}");
            assert_eq!(recorder.take(), expected, "{stored:?}");
        }
    }
}

#[test]
fn a_check_runs_with_the_parameters_of_the_stored_hash() {
    let (hasher, recorder) = recorded_hasher();
    let weaker = HashParameters::new(32, 1, 1).unwrap();
    let stored = ore_security::password::Argon2Hasher::new(weaker).hash("password", &mut HashMemory::new()).unwrap();
    let _ = hasher.verify("password", Some(stored.expose()), &mut HashMemory::new()).unwrap();
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
        assert!(hasher.verify(&password, Some(stored.expose()), &mut memory).is_err());
        assert!(hasher.verify(&password, None, &mut memory).is_err());
    }
    assert_eq!(recorder.take(), []);
}

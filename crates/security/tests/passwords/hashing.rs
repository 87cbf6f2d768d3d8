use ore_security::password::{Argon2Hasher, HashError, HashMemory, HashParameters, Verification};
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};

use crate::support::{MATCH, MEMORY_KIB, MISMATCH, OUT_OF_BOUNDS, OUTDATED_MATCH, hasher, parameters, verify};

#[test]
fn a_new_hash_is_a_phc_string_with_the_set_parameters_and_a_salt_of_its_own() {
    let mut memory = HashMemory::new();
    let first = hasher().hash("password", &mut memory).unwrap().into_string();
    let second = hasher().hash("password", &mut memory).unwrap().into_string();
    assert_ne!(first, second);
    let fields: Vec<&str> = first.split('$').collect();
    assert_eq!(&fields[..4], ["", "argon2id", "v=19", "m=64,t=2,p=2"]);
    // 16 and 32 bytes in base64 without padding.
    assert_eq!(fields[4..].iter().map(|field| field.len()).collect::<Vec<_>>(), [22, 43]);
}

#[test]
fn passwords_that_share_their_first_72_bytes_are_different_passwords() {
    let common = "a".repeat(72);
    let stored = hasher().hash(&format!("{common}b"), &mut HashMemory::new()).unwrap();
    assert_eq!(verify(&format!("{common}b"), stored.expose()), MATCH);
    assert_eq!(verify(&format!("{common}c"), stored.expose()), MISMATCH);
    assert_eq!(verify(&common, stored.expose()), MISMATCH);
}

#[test]
fn composed_and_decomposed_forms_are_the_same_password() {
    let (composed, decomposed) = ("\u{e9}t\u{e9} 2026", "e\u{301}te\u{301} 2026");
    for typed in [composed, decomposed] {
        let stored = hasher().hash(typed, &mut HashMemory::new()).unwrap();
        assert_eq!(verify(composed, stored.expose()), MATCH);
        assert_eq!(verify(decomposed, stored.expose()), MATCH);
    }
}

#[test]
fn compatibility_forms_are_different_passwords() {
    let stored = hasher().hash("\u{fb01}ve words", &mut HashMemory::new()).unwrap();
    assert_eq!(verify("five words", stored.expose()), MISMATCH);
}

#[test]
fn a_password_of_1024_bytes_is_hashed_and_one_of_1025_is_refused() {
    let mut memory = HashMemory::new();
    let longest = "\u{20ac}".repeat(341) + "a";
    assert_eq!(longest.len(), 1024);
    let stored = hasher().hash(&longest, &mut memory).unwrap();
    assert_eq!(verify(&longest, stored.expose()), MATCH);

    let too_long = longest + "a";
    assert_eq!(hasher().hash(&too_long, &mut memory).unwrap_err(), HashError::PasswordTooLong);
    assert_eq!(verify(&too_long, stored.expose()), Err(HashError::PasswordTooLong));
    assert_eq!(hasher().verify(&too_long, None, &mut memory), Err(HashError::PasswordTooLong));
}

#[test]
fn a_password_with_nul_is_refused() {
    let mut memory = HashMemory::new();
    let stored = hasher().hash("pass", &mut memory).unwrap();
    assert_eq!(hasher().hash("pass\0word", &mut memory).unwrap_err(), HashError::PasswordContainsNul);
    assert_eq!(verify("pass\0word", stored.expose()), Err(HashError::PasswordContainsNul));
    assert_eq!(hasher().verify("pass\0word", None, &mut memory), Err(HashError::PasswordContainsNul));
}

#[test]
fn a_hash_needs_renewal_once_the_settings_ask_for_more() {
    let mut memory = HashMemory::new();
    let stored = hasher().hash("password", &mut memory).unwrap();
    for (memory_kib, time_cost, parallelism, expected) in [
        (64, 2, 2, MATCH),
        (65, 2, 2, OUTDATED_MATCH),
        (64, 3, 2, OUTDATED_MATCH),
        (64, 2, 4, MATCH),
        (32, 1, 1, MATCH),
    ] {
        let changed = Argon2Hasher::new(HashParameters::new(memory_kib, time_cost, parallelism).unwrap());
        assert_eq!(changed.verify("password", Some(stored.expose()), &mut memory), expected);
    }
}

#[test]
fn a_hash_of_settings_above_the_usual_bound_still_verifies_with_them() {
    let unusual = Argon2Hasher::new(HashParameters::new(256, 21, 17).unwrap());
    let mut memory = HashMemory::new();
    let stored = unusual.hash("password", &mut memory).unwrap();
    assert_eq!(unusual.verify("password", Some(stored.expose()), &mut memory), MATCH);
    assert_eq!(verify("password", stored.expose()), OUT_OF_BOUNDS);
}

#[test]
fn memory_serves_hashes_of_different_sizes_one_after_the_other() {
    let mut memory = HashMemory::new();
    let large = Argon2Hasher::new(HashParameters::new(512, 1, 1).unwrap());
    let (stored_small, stored_large) =
        (hasher().hash("small", &mut memory).unwrap(), large.hash("large", &mut memory).unwrap());
    for _ in 0..2 {
        assert_eq!(hasher().verify("small", Some(stored_small.expose()), &mut memory), MATCH);
        assert_eq!(large.verify("large", Some(stored_large.expose()), &mut memory), MATCH);
        memory.release();
    }
}

#[test]
fn a_hash_that_asks_for_more_memory_than_is_set_leaves_none_of_it_behind() {
    let mut memory = HashMemory::new();
    let large = Argon2Hasher::new(HashParameters::new(512, 1, 1).unwrap());
    let stored_large = large.hash("large", &mut memory).unwrap();
    assert_eq!(memory.size_kib(), 512);
    assert_eq!(hasher().verify("large", Some(stored_large.expose()), &mut memory), OUTDATED_MATCH);
    assert_eq!(memory.size_kib(), 0);
    let _ = hasher().hash("small", &mut memory).unwrap();
    assert_eq!(memory.size_kib(), usize::try_from(MEMORY_KIB).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_password_verifies_against_its_own_hash_and_not_with_a_character_more(password in "[^\0]{0,200}") {
        let mut memory = HashMemory::new();
        let stored = hasher().hash(&password, &mut memory).unwrap();
        assert_eq!(hasher().verify(&password, Some(stored.expose()), &mut memory), MATCH);
        assert_eq!(hasher().verify(&format!("{password}x"), Some(stored.expose()), &mut memory), MISMATCH);
    }

    #[test]
    fn any_stored_text_is_unusable_or_a_mismatch(stored in any::<String>(), tail in "[$,=a-z0-9+/]{0,80}") {
        prop_assert!(matches!(verify("password", &stored), Ok(Verification::UnusableHash(_))));
        assert_ne!(verify("password", &format!("$argon2id$v=19$m=64,t=2,p=2${tail}")), MATCH);
    }
}

#[test]
fn the_hasher_tells_its_parameters() {
    assert_eq!(*hasher().parameters(), parameters());
}

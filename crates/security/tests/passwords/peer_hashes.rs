//! Hashes made by argon2-cffi 25.1.0, which the peer service uses.

use ore_security::password::{Argon2Hasher, HashMemory, HashParameters};

use crate::support::{MATCH, MISMATCH, OUTDATED_MATCH, verify};

const DEFAULT_SETTINGS: &str =
    "$argon2id$v=19$m=65536,t=3,p=4$xJlmS1hfg9DqBqjVaAwwKQ$f250wpSRXz6lj3+qnCO1XI6X67qcIT0cyvaq1IGKdMY";
const DEFAULT_SETTINGS_CHINESE: &str =
    "$argon2id$v=19$m=65536,t=3,p=4$iD8UNlCMI50BTS+JB5qEPg$c8DMgSVT5mPclC0Ad6JNa660oauDAmLVtUnA7K2XHtA";

const DECOMPOSED: &str = "pa\u{308}sswo\u{308}rd-e\u{301}";
const COMPOSED: &str = "p\u{e4}ssw\u{f6}rd-\u{e9}";
const OF_DECOMPOSED: &str =
    "$argon2id$v=19$m=64,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$sSzgfxOMJk4x5OdQUsv6e7Q5xRkyyps0nIjp0MV0F0I";
const OF_COMPOSED: &str =
    "$argon2id$v=19$m=64,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$jAJKCl35Nx4OxZUA8IZJUs3AB/7cp5Q6BMYhpa8zeeI";

const ARGON2ID: &str = "$argon2id$v=19$m=64,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$eALnARiz91jiq34yGxlAjU/Sq4WnGVeKuhpPk7KFO90";
const ARGON2I: &str = "$argon2i$v=19$m=64,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$Hkf15exuBvnJLM4ls59mnUFoiO741FZP+84QQyiglbU";
const ARGON2D: &str = "$argon2d$v=19$m=64,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$0MmRCq9iMpzMh2EKWFx8dJNjlnDJE3cP2X64BOs/I/k";
const VERSION_16: &str =
    "$argon2id$v=16$m=64,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$O0awsJADgqCGzCqmb+KnE3AfnRQuObJYHWU7zGU4UYc";
const SHORT_SALT: &str = "$argon2id$v=19$m=64,t=2,p=2$MDEyMzQ1Njc$u4E9aTY2KjPcWqn0OwAFSazMXK7OgYq6gBlKESOpmKM";
const SHORT_HASH: &str = "$argon2id$v=19$m=64,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$Fx/Jd9aVzf557SI7nfZgRg";

#[test]
fn hashes_of_the_default_settings_verify_as_they_are() {
    let hasher = Argon2Hasher::new(HashParameters::default());
    let mut memory = HashMemory::new();
    assert_eq!(hasher.verify("correct horse battery staple", Some(DEFAULT_SETTINGS), &mut memory), MATCH);
    assert_eq!(hasher.verify("correct horse battery stapler", Some(DEFAULT_SETTINGS), &mut memory), MISMATCH);
    assert_eq!(hasher.verify("密码abc12345", Some(DEFAULT_SETTINGS_CHINESE), &mut memory), MATCH);
}

#[test]
fn a_hash_of_the_form_as_typed_verifies_for_that_form_and_needs_renewal() {
    assert_eq!(verify(DECOMPOSED, OF_DECOMPOSED), OUTDATED_MATCH);
    assert_eq!(verify(COMPOSED, OF_DECOMPOSED), MISMATCH);
}

#[test]
fn a_hash_of_the_composed_form_verifies_for_both_forms() {
    assert_eq!(verify(COMPOSED, OF_COMPOSED), MATCH);
    assert_eq!(verify(DECOMPOSED, OF_COMPOSED), MATCH);
}

#[test]
fn hashes_of_other_kinds_verify_and_need_renewal() {
    assert_eq!(verify("variant password", ARGON2ID), MATCH);
    for stored in [ARGON2I, ARGON2D, VERSION_16, SHORT_SALT, SHORT_HASH] {
        assert_eq!(verify("variant password", stored), OUTDATED_MATCH, "{stored}");
        assert_eq!(verify("variant passwords", stored), MISMATCH, "{stored}");
    }
}

#[test]
fn a_hash_without_a_version_is_one_of_version_16() {
    assert_eq!(verify("variant password", &VERSION_16.replace("$v=16", "")), OUTDATED_MATCH);
    assert_eq!(verify("variant password", &ARGON2ID.replace("$v=19", "")), MISMATCH);
}

#[test]
fn every_changed_field_makes_a_mismatch() {
    for (field, changed) in
        [("argon2id", "argon2d"), ("v=19", "v=16"), ("m=64", "m=72"), ("t=2", "t=3"), ("p=2", "p=1")]
    {
        assert_eq!(verify("variant password", &ARGON2ID.replace(field, changed)), MISMATCH, "{changed}");
    }
}

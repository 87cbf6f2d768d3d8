//! Hashes made by passlib 1.7.4, bcrypt 4.0.1, Django 5.2.19 and Python's hashlib.

use ore_security::password::{HashError, HashMemory, HashParameters, check_imported_hash};
use proptest::prelude::{ProptestConfig, proptest};

use crate::support::{MALFORMED, MATCH, MISMATCH, OUT_OF_BOUNDS, OUTDATED_MATCH, hasher, recorded_hasher, verify};

const PASSWORD: &str = "correct horse battery staple";

/// One of each form, of the same password.
const HASHES: [&str; 19] = [
    "$2a$04$D0Hp/sAOsHblJTU2xDQNsuLr.A941No5BBEYV7OpJnUQN9vGc0GG.",
    "$2b$04$9pkpWHIn71Exl/YLJJYuwu2l3RZVK5t4IyN1iR3rT9WIFOx6OZ4VK",
    "$2y$04$Z79bi0LGeFfQTaZkJSHiKu7z4eTCuvPk3js/v5mtq9Rp4UkKM5XSO",
    "$bcrypt-sha256$v=2,t=2b,r=4$XUED2aUkHCupB4T0j2ZQIe$kA4oxWN5fn1u.SoZZ1S/eJps19VP3GO",
    "$bcrypt-sha256$2b,4$3jBSD.sr0Le3R.AAgWNVTO$seFoRptwx0DFi8TxNDtNWpocXISS9Wm",
    "$pbkdf2$1000$DmFMiTGmtLYWQuj9/783Jg$UHYt5qlUc7OlFoLHqr0b6YHnK54",
    "$pbkdf2-sha256$1000$a611zllrLeW8N2YMAWAsxQ$vle2vaRn64bic00Y/KL1boGmMRX7eYM4oIAKTwXr3eE",
    "$pbkdf2-sha512$1000$2xtDaG1Nydmbk7K2du5dKw$NXfVD1T6Kgc7OriGOFapfmjBOiurA4M3arj.bm1UKTeXezhdnbi7cmbjqc5nCgk4XCjEx.80opu3yzmqNXGD3A",
    "$scrypt$ln=10,r=8,p=1$r3WOEQLA2FsL4VzLWStlTA$Ey0Hhf05n79LD5aid6fPwwk1RKeu11dtSxU0bG6OdCg",
    "pbkdf2_sha256$1000$seasaltseasaltseasalt1$yo5+YPqgpwqxUNOfFY9laZYPdPVjBn5N3uL/q8VblqQ=",
    "pbkdf2_sha1$1000$seasaltseasaltseasalt1$Z0dpBOA9JncDETICKP4xEI6A7fM=",
    "bcrypt_sha256$$2b$04$meL5KrbxAtqD7eZILhyfjOoHMhrYYSZe4jxS3yHaPbqWVm.py0qWu",
    "bcrypt$$2b$04$8EN3zN073evanG.D3AR48emzjmJqZqykEboGVlxPNqbFIBrpebT7e",
    "argon2$argon2id$v=19$m=64,t=2,p=2$c2Vhc2FsdHNlYXNhbHRzZWFzYWx0MQ$nQSPFBgcFdEn1NOYy9f7iIngeQ/SgwXdIN5G4aKUgNI",
    "scrypt$1024$seasaltseasaltseasalt1$8$2$sQV7l3woB4FTwiBPSJEFYkufeDG3evFEPo3XMhb0WMB6aVILBUpUW3wcT6GrK96v2BL10bexvrZ4V2tErNT4eQ==",
    "$scrypt$ln=10,r=8,p=1$c2l4dGVlbiBieXRlIHNsdA$1DuK7t0mGkvYvadig0p9VpOI+L6xz1bcO5P8nWLyjWA",
    "$pbkdf2-sha256$i=1000,l=32$c2l4dGVlbiBieXRlIHNsdA$BaruwSbpHYJRQRMzlz9t09usJ2bfLKNK+A6dm04mJuk",
    "$pbkdf2-sha512$i=1000,l=64$c2l4dGVlbiBieXRlIHNsdA$3QMwrxLg4/X2UcnWiHG3oGtaw1Sr4coKsAAOWMiR/640yePfdIno4J23vNuKz9ZkADlvSFRe8oUd+qOpwSH1Ww",
    "$pbkdf2-sha256$i=1000$c2l4dGVlbiBieXRlIHNsdA$BaruwSbpHYJRQRMzlz9t09usJ2bfLKNK+A6dm04mJuk",
];

/// Of 72 times `a` and `tail`.
const BCRYPT_OF_76_BYTES: &str = "$2b$04$kHV1tMDvUXx7f9LQFWPPxujqSit0JlCnwigNB8uFMeQLqRuFZGSqa";
/// Of 71 times `a`.
const BCRYPT_OF_71_BYTES: &str = "$2b$04$NhqAn8mZtmZVNFkLPUZH.ur65RH.oc2z2i.WTDa/Q0fZIaL13xC1u";
/// Of `密码abc12345`.
const BCRYPT_CHINESE: &str = "$2b$04$P23UFbXrsYOvA2FsDEZOseQ96Yxw4v189eyJf5Lu93HBbSoVhw.3e";
/// Of the form in which each letter is followed by its diaeresis.
const BCRYPT_DECOMPOSED: &str = "$2b$04$58KA3CejZFyhKHxmQ71doubbTuoVm7OZoAtk1LNsLWAPhC0z4gLgi";

fn check(text: &str) -> Result<(), HashError> {
    check_imported_hash(text, &HashParameters::default())
}

#[test]
fn hashes_of_every_form_verify_and_need_renewal() {
    for stored in HASHES {
        assert_eq!(check(stored), Ok(()), "{stored}");
        assert_eq!(verify(PASSWORD, stored), OUTDATED_MATCH, "{stored}");
        for wrong in ["correct horse battery stapler", "correct horse battery stapl", ""] {
            assert_eq!(verify(wrong, stored), MISMATCH, "{stored}");
        }
    }
}

#[test]
fn every_changed_letter_of_the_salt_and_the_hash_makes_a_mismatch_or_a_malformed_hash() {
    for stored in HASHES {
        for back in [3, 30] {
            let mut changed = stored.to_owned();
            let place = stored.len() - back;
            let letter = if &stored[place..=place] == "A" { "B" } else { "A" };
            changed.replace_range(place..=place, letter);
            assert!([MISMATCH, MALFORMED].contains(&verify(PASSWORD, &changed)), "{changed}");
        }
    }
}

#[test]
fn bcrypt_knows_the_first_72_bytes_of_a_password() {
    let common = "a".repeat(72);
    assert_eq!(verify(&common, BCRYPT_OF_76_BYTES), OUTDATED_MATCH);
    // Whose end it is, is not known, so no hash is made of it.
    for password in [format!("{common}tail"), format!("{common}another")] {
        assert_eq!(verify(&password, BCRYPT_OF_76_BYTES), MATCH);
    }
    assert_eq!(verify(&common[1..], BCRYPT_OF_76_BYTES), MISMATCH);
    assert_eq!(verify(&common[1..], BCRYPT_OF_71_BYTES), OUTDATED_MATCH);
    assert_eq!(verify(&common, BCRYPT_OF_71_BYTES), MISMATCH);
    // bcrypt ends a password with NUL.
    assert_eq!(verify(&format!("{}\0", &common[1..]), BCRYPT_OF_71_BYTES), Err(HashError::PasswordContainsNul));
}

#[test]
fn letters_beyond_ascii_are_hashed_as_typed_or_composed() {
    assert_eq!(verify("密码abc12345", BCRYPT_CHINESE), OUTDATED_MATCH);
    assert_eq!(verify("pa\u{308}sswo\u{308}rd", BCRYPT_DECOMPOSED), OUTDATED_MATCH);
    assert_eq!(verify("p\u{e4}ssw\u{f6}rd", BCRYPT_DECOMPOSED), MISMATCH);
}

#[test]
fn bits_to_spare_in_a_salt_of_bcrypt_may_be_set() {
    let (salt_end, other) = ("D0Hp/sAOsHblJTU2xDQNsu", "D0Hp/sAOsHblJTU2xDQNsv");
    let stored = HASHES[0].replace(salt_end, other);
    assert_ne!(stored, HASHES[0]);
    assert_eq!(verify(PASSWORD, &stored), OUTDATED_MATCH);
}

/// Salt and hash of a form, which nothing is computed of.
const BCRYPT: &str = "9pkpWHIn71Exl/YLJJYuwu2l3RZVK5t4IyN1iR3rT9WIFOx6OZ4VK";
const SALT: &str = "c2l4dGVlbiBieXRlIHNsdA";
const HASH: &str = "1DuK7t0mGkvYvadig0p9VpOI+L6xz1bcO5P8nWLyjWA";

#[test]
fn costs_up_to_the_bounds_are_taken() {
    for text in [
        format!("$2b$16${BCRYPT}"),
        format!("bcrypt$$2b$16${BCRYPT}"),
        format!("$scrypt$ln=17,r=8,p=8${SALT}${HASH}"),
        format!("$scrypt$ln=17,r=32,p=2${SALT}${HASH}"),
        format!("scrypt$131072$salt$8$1${HASH}="),
        format!("$pbkdf2-sha256$i=10000000,l=32${SALT}${HASH}"),
        format!("pbkdf2_sha256$10000000$salt${HASH}="),
        format!("$argon2id$v=19$m=524288,t=10,p=16${SALT}${HASH}"),
        format!("argon2$argon2id$v=19$m=524288,t=10,p=16${SALT}${HASH}"),
    ] {
        assert_eq!(check(&text), Ok(()), "{text}");
    }
}

#[test]
fn costs_beyond_the_bounds_are_refused_and_never_computed() {
    let (hasher, recorder) = recorded_hasher();
    let long_hash = "B".repeat(88);
    for text in [
        format!("$2b$17${BCRYPT}"),
        format!("$2b$31${BCRYPT}"),
        format!("$2b$03${BCRYPT}"),
        format!("bcrypt_sha256$$2b$17${BCRYPT}"),
        format!("$bcrypt-sha256$v=2,t=2b,r=17${}${}", &BCRYPT[..22], &BCRYPT[22..]),
        format!("$bcrypt-sha256$2b,17${}${}", &BCRYPT[..22], &BCRYPT[22..]),
        format!("$scrypt$ln=18,r=1,p=1${SALT}${HASH}"),
        format!("$scrypt$ln=17,r=33,p=1${SALT}${HASH}"),
        format!("$scrypt$ln=17,r=8,p=9${SALT}${HASH}"),
        format!("$scrypt$ln=1,r=4294967295,p=1${SALT}${HASH}"),
        format!("$scrypt$ln=1,r=1,p=4294967295${SALT}${HASH}"),
        format!("scrypt$262144$salt$8$1${HASH}="),
        format!("$pbkdf2-sha256$i=10000001${SALT}${HASH}"),
        format!("$pbkdf2$10000000${SALT}${HASH}"),
        format!("$pbkdf2-sha256$4294967295${SALT}${HASH}"),
        format!("pbkdf2_sha256$10000001$salt${HASH}="),
        format!("pbkdf2_sha256$1000${}${HASH}=", "s".repeat(129)),
        format!("pbkdf2_sha256$1000$salt${}", &HASH[..20]),
        format!("$pbkdf2-sha256$1000${SALT}${long_hash}"),
    ] {
        assert_eq!(check(&text), Err(HashError::ParametersOutOfBounds), "{text}");
        assert_eq!(hasher.verify(PASSWORD, Some(&text), &mut HashMemory::new()), OUT_OF_BOUNDS, "{text}");
        assert_eq!(recorder.take().len(), 1, "a dummy is computed in the place of {text}");
    }
}

#[test]
fn a_hash_from_elsewhere_has_fewer_passes_than_one_of_ours_may_have() {
    let passes = |passes| format!("$argon2id$v=19$m=64,t={passes},p=2${SALT}${HASH}");
    assert_eq!(check(&passes(10)), Ok(()));
    assert_eq!(check(&passes(11)), Err(HashError::ParametersOutOfBounds));
    assert_eq!(check(&format!("$argon2id$v=19$m=524289,t=1,p=1${SALT}${HASH}")), Err(HashError::ParametersOutOfBounds));
    assert_eq!(check_imported_hash(&passes(11), &HashParameters::new(64, 11, 2).unwrap()), Ok(()));
    assert_eq!(verify(PASSWORD, &passes(20)), MISMATCH);
}

#[test]
fn text_that_is_like_a_hash_of_another_program_is_malformed() {
    for text in [
        String::new(),
        "!4tLy8FZeGN5bIjuMQf5QD40gs438A3DJdhFr3JiH".to_owned(),
        "5f4dcc3b5aa765d61d8327deb882cf99".to_owned(),
        format!("$2x$12${BCRYPT}"),
        format!("$2$12${BCRYPT}"),
        format!("$2b$4${BCRYPT}"),
        format!("$2b$+4${BCRYPT}"),
        format!("$2b$12${}", &BCRYPT[1..]),
        format!("$2b$12${BCRYPT}a"),
        format!("$2b$12${BCRYPT}\n"),
        format!("$2b$12${}ä", &BCRYPT[2..]),
        format!("bcrypt$2b$12${BCRYPT}"),
        format!("$bcrypt-sha256$v=3,t=2b,r=4${}${}", &BCRYPT[..22], &BCRYPT[22..]),
        format!("$scrypt$ln=10,r=8${SALT}${HASH}"),
        format!("$scrypt$ln=0,r=8,p=1${SALT}${HASH}"),
        format!("$scrypt$ln=10,r=0,p=1${SALT}${HASH}"),
        format!("$scrypt$ln=10,r=8,p=0${SALT}${HASH}"),
        format!("$scrypt$ln=10,r=8,p=1$${HASH}"),
        format!("$scrypt$ln=10,r=8,p=1${SALT}${HASH}$"),
        format!("scrypt$1000$salt$8$1${HASH}="),
        format!("$pbkdf2-sha256$i=0${SALT}${HASH}"),
        format!("$pbkdf2-sha256$i=1000,l=64${SALT}${HASH}"),
        format!("$pbkdf2-sha256$01000${SALT}${HASH}"),
        format!("$pbkdf2-md5$1000${SALT}${HASH}"),
        format!("pbkdf2_sha256$1000$${HASH}="),
        format!("pbkdf2_sha256$-1$salt${HASH}="),
        format!("pbkdf2_md5$1000$salt${HASH}="),
        format!("argon2$$argon2id$v=19$m=64,t=2,p=2${SALT}${HASH}"),
    ] {
        assert_eq!(check(&text), Err(HashError::MalformedHash), "{text}");
        assert_eq!(verify(PASSWORD, &text), MALFORMED, "{text}");
    }
}

#[test]
fn scrypt_leaves_no_memory_of_argon2_beside_its_own() {
    let (hasher, mut memory) = (hasher(), HashMemory::new());
    hasher.hash(PASSWORD, &mut memory).unwrap();
    let scrypt = HASHES.iter().find(|stored| stored.starts_with("$scrypt$")).unwrap();
    assert_eq!(hasher.verify(PASSWORD, Some(scrypt), &mut memory), OUTDATED_MATCH);
    assert_eq!(memory.size_kib(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_checked_without_a_panic(
        start in "(bcrypt|bcrypt_sha256|scrypt|pbkdf2_sha1|pbkdf2_sha256|argon2|)",
        kind in r"\$(2a|2b|2y|scrypt|pbkdf2|pbkdf2-sha256|bcrypt-sha256|argon2id|)\$",
        rest in r"[a-zé0-9=,./+$]{0,80}",
    ) {
        let _ = check(&format!("{start}{kind}{rest}"));
        let _ = check(&rest);
    }
}

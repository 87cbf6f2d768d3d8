use crate::support::{MALFORMED, MEMORY_KIB, OUT_OF_BOUNDS, parameters, recorded_hasher, verify};

const SALT: &str = "MDEyMzQ1Njc4OWFiY2RlZg";
const HASH: &str = "eALnARiz91jiq34yGxlAjU/Sq4WnGVeKuhpPk7KFO90";

fn stored(parameters: &str) -> String {
    format!("$argon2id$v=19${parameters}${SALT}${HASH}")
}

#[test]
fn text_that_is_no_argon2_hash_is_unusable() {
    let too_long_a_hash = format!("$argon2id$v=19$m=64,t=2,p=2${SALT}${}", "A".repeat(88));
    for text in [
        "",
        "$",
        "password",
        "$2x$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        "$argon2id",
        "$argon2id$v=19$m=64,t=2,p=2",
        "$argon2id$v=19$m=64,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg",
        &format!("$argon2x$v=19$m=64,t=2,p=2${SALT}${HASH}"),
        &format!("$scrypt$v=19$m=64,t=2,p=2${SALT}${HASH}"),
        &format!("$argon2id$v=18$m=64,t=2,p=2${SALT}${HASH}"),
        &format!("$argon2id$v=19$m=64,t=2,p=2$MDEyMzQ1Ng${HASH}"),
        &format!("$argon2id$v=19$m=64,t=2,p=2${SALT}=${HASH}"),
        &format!("$argon2id$v=19$m=64,t=2,p=2${SALT}${HASH}="),
        &format!("$argon2id$v=19$m=64,t=2,p=2${SALT}${HASH}$"),
        &format!(" $argon2id$v=19$m=64,t=2,p=2${SALT}${HASH}"),
        &format!("$argon2id$v=19$m=64,t=2,p=2${SALT}${HASH}\n"),
        &too_long_a_hash,
    ] {
        assert_eq!(verify("password", text), MALFORMED, "{text}");
    }
}

#[test]
fn other_parameters_than_memory_time_and_parallelism_are_unusable() {
    for parameters in [
        "m=64,t=2",
        "t=2,m=64,p=2",
        "m=64,t=2,p=2,p=2",
        "m=64,t=2,p=2,keyid=AAAA",
        "m=64,t=2,p=2,data=AAAA",
        "m=64,t=2,p=-2",
        "m=064,t=2,p=2",
        "m=64,t=2,p=2a",
        "m=,t=2,p=2",
        "m=4294967360,t=2,p=2",
        "m=64,t=0,p=2",
        "m=64,t=2,p=0",
        "m=15,t=2,p=2",
    ] {
        assert_eq!(verify("password", &stored(parameters)), MALFORMED, "{parameters}");
    }
}

#[test]
fn parameters_beyond_the_bounds_are_never_computed() {
    let (hasher, recorder) = recorded_hasher();
    let mut memory = ore_security::password::HashMemory::new();
    let short_hash = format!("$argon2id$v=19$m=64,t=2,p=2${SALT}${}", "A".repeat(20));
    for text in [
        stored("m=524289,t=1,p=1"),
        stored("m=4294967295,t=1,p=1"),
        stored("m=64,t=21,p=1"),
        stored("m=64,t=4294967295,p=1"),
        stored("m=256,t=1,p=17"),
        short_hash,
    ] {
        let outcome = hasher.verify("password", Some(&text), &mut memory);
        assert_eq!(outcome, OUT_OF_BOUNDS, "{text}");
        assert_eq!(recorder.take(), [parameters()], "{text}");
    }
    assert_eq!(memory.size_kib(), usize::try_from(MEMORY_KIB).unwrap());
}

use rstest::rstest;

use super::{Fixture, GOOD_KEY};

#[rstest]
#[case::no_key("SECRET_KEY", "", "is not set, and production needs a key of 32 bytes or more")]
#[case::short_key("SECRET_KEY", "hunter2", "the value has 7 bytes, and production needs 32 or more")]
#[case::one_byte_short("SECRET_KEY", &GOOD_KEY[1..], "the value has 31 bytes, and production needs 32 or more")]
#[case::placeholder("SECRET_KEY", "your-secret-key-change-it-in-production", "the value is a known placeholder")]
#[case::debug("DEBUG", "true", "true is refused in production: it serves documentation and logs headers")]
#[case::any_origin(
    "ALLOWED_ORIGINS",
    r#"["*"]"#,
    "* is refused in production, where any web site could act for a user; name the origins"
)]
#[case::repeated_key("SECRET_KEY", &"a".repeat(32), "the value is easily guessed: ")]
#[case::short_passwords("PASSWORD_MIN_LENGTH", "7", "production needs 8 characters or more")]
#[case::everybody_is_a_proxy(
    "TRUSTED_PROXIES",
    "10.0.0.0/8,::/0",
    "::/0 lets clients claim any address; name smaller networks"
)]
#[case::half_of_all_are_proxies("TRUSTED_PROXIES", "0.0.0.0/1", "0.0.0.0/1 lets clients claim any address; ")]
#[case::metrics_for_everybody("METRICS_ALLOW", "0.0.0.0/0", "0.0.0.0/0 lets everybody read the metrics; ")]
#[case::links_in_the_clear("PUBLIC_URL", "http://api.example.com", "links to it would be followed in the clear; ")]
#[case::mails_in_the_clear("FRONTEND_URL", "http://www.example.com", "links to it would be followed in the clear; ")]
#[case::redis_in_the_clear(
    "REDIS_URL",
    "redis://:hunter2@redis.internal:6379/0",
    "production reaches a remote Redis over TLS alone"
)]
#[case::little_memory("ARGON2_MEMORY_KIB", "19455", "production needs 19456 KiB or more")]
#[case::one_pass("ARGON2_TIME_COST", "1", "production needs 2 passes or more")]
fn production_refuses_what_is_unsafe(#[case] name: &str, #[case] value: &str, #[case] problem: &str) {
    let faults = Fixture::production(&[(name, value)]).faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with(&format!("BACKEND_{name}: {problem}")), "{}", faults[0]);
    assert!(faults[0].contains(&format!("; for example BACKEND_{name}=")), "{}", faults[0]);
    assert!(!faults[0].contains("hunter2"), "{}", faults[0]);
    let elsewhere = Fixture::production(&[(name, value), ("ENVIRONMENT", "staging")]).faults();
    assert_eq!(elsewhere, Vec::<String>::new());
}

#[test]
fn production_refuses_the_default_origins() {
    let faults = Fixture::new(&[("ENVIRONMENT", "production"), ("SECRET_KEY", GOOD_KEY)]).faults();
    assert!(faults.len() == 1 && faults[0].starts_with("BACKEND_ALLOWED_ORIGINS: "), "{faults:?}");
}

#[rstest]
#[case("HS384", 48)]
#[case("HS512", 64)]
fn production_wants_a_key_as_long_as_the_hash(#[case] algorithm: &str, #[case] bytes: usize) {
    let key = GOOD_KEY.repeat(2);
    let load = |key: &str| Fixture::production(&[("ALGORITHM", algorithm), ("SECRET_KEY", key)]).faults();
    assert_eq!(load(&key[..bytes]), Vec::<String>::new());
    assert!(load(&key[..bytes - 1])[0].contains(&format!("production needs {bytes} or more")));
}

#[rstest]
#[case::no_url(&[("ISSUER", "ore-backend")], &["BACKEND_ISSUER: the value is no https URL"])]
#[case::issuer(&[("ISSUER", "https://id.example.com")], &[])]
#[case::public_url(&[("PUBLIC_URL", "https://id.example.com")], &[])]
#[case::no_key_to_seal_with(
    &[("PUBLIC_URL", "https://id.example.com"), ("KEY_ENCRYPTION_KEY", "")],
    &["BACKEND_KEY_ENCRYPTION_KEY: is not set, and the pairs of keys"]
)]
#[case::keys_in_files(
    &[("PUBLIC_URL", "https://id.example.com"), ("KEY_ENCRYPTION_KEY", ""), ("SIGNING_KEY_FILES", "a.pem, b.pem")],
    &[]
)]
fn production_signs_with_pairs_of_keys_where_others_find_them(
    #[case] more: &[(&str, &str)],
    #[case] expected: &[&str],
) {
    let pairs = [("ALGORITHM", "EdDSA"), ("SECRET_KEY", "")];
    let faults = Fixture::production(&[&pairs, more].concat()).faults();
    assert_eq!(faults.len(), expected.len(), "{faults:?}");
    assert!(faults.iter().zip(expected).all(|(fault, begin)| fault.starts_with(begin)), "{faults:?}");
}

#[test]
fn with_pairs_of_keys_the_issuer_is_where_the_service_is() {
    let issuer = |more: &[(&str, &str)]| {
        let pairs = [("ALGORITHM", "EdDSA"), ("PUBLIC_URL", "https://id.example.com/")];
        Fixture::new(&[&pairs, more].concat()).settings().tokens.issuer
    };
    assert_eq!(issuer(&[]), "https://id.example.com");
    assert_eq!(issuer(&[("ISSUER", "https://other.example.com")]), "https://other.example.com");
    assert_eq!(issuer(&[("ALGORITHM", "HS256")]), "ore-backend");
}

#[test]
fn a_previous_key_that_is_guessed_is_refused_in_production() {
    let faults = Fixture::production(&[("PREVIOUS_SECRET_KEYS", &format!("{GOOD_KEY},hunter2"))]).faults();
    assert!(
        faults.len() == 1 && faults[0].starts_with("BACKEND_PREVIOUS_SECRET_KEYS: the value has 7 bytes"),
        "{faults:?}"
    );
}

#[rstest]
#[case::remote("postgresql://ore:hunter2@db.example/ore", 1)]
#[case::allowed("postgresql://ore:hunter2@db.example/ore?sslmode=disable", 0)]
#[case::this_machine("postgresql://ore:hunter2@localhost/ore", 0)]
fn production_reaches_a_remote_database_over_tls(#[case] url: &str, #[case] expected: usize) {
    let faults = Fixture::production(&[("DATABASE_URL", url)]).faults();
    assert_eq!(faults.len(), expected, "{faults:?}");
    assert!(faults.iter().all(|fault| fault.starts_with("BACKEND_DATABASE_URL: ") && !fault.contains("hunter2")));
    assert_eq!(Fixture::new(&[("DATABASE_URL", url)]).faults(), Vec::<String>::new());
}

#[test]
fn links_may_be_plain_where_plain_http_is_served() {
    let plain = [("PUBLIC_URL", "http://api.example.com"), ("REQUIRE_HTTPS", "false")];
    assert_eq!(Fixture::production(&plain).faults(), Vec::<String>::new());
}

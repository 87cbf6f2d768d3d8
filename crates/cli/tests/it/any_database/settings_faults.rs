//! Every wrong setting stops the start with exit code 2 and one line that names it.

use rstest::rstest;

use crate::support::{SECRET_KEY, TestDir};

/// Settings with which production starts.
const PRODUCTION: [(&str, &str); 3] = [
    ("BACKEND_ENVIRONMENT", "production"),
    ("BACKEND_SECRET_KEY", SECRET_KEY),
    ("BACKEND_ALLOWED_ORIGINS", "https://www.example.com"),
];

fn faults(settings: &[(&str, &str)]) -> Vec<String> {
    let finished = TestDir::new().run_bare(&["serve"], settings);
    finished.failed(2).into_iter().map(str::to_owned).collect()
}

#[rstest]
#[case::port("BACKEND_PORT", "70000")]
#[case::host("BACKEND_HOST", "example.org")]
#[case::workers("BACKEND_WORKERS", "0")]
#[case::boolean("BACKEND_DEBUG", "maybe")]
#[case::environment("BACKEND_ENVIRONMENT", "prod")]
#[case::unknown("BACKEND_DATABSE_URL", "sqlite://")]
#[case::unknown_case("backend_debug", "true")]
#[case::database_scheme("BACKEND_DATABASE_URL", "mysql://127.0.0.1/ore")]
#[case::database_typo("BACKEND_DATABASE_URL", "postgresq://127.0.0.1/ore")]
#[case::database_empty("BACKEND_DATABASE_URL", "")]
#[case::pool_size("BACKEND_DATABASE_POOL_SIZE", "-1")]
#[case::network("BACKEND_TRUSTED_PROXIES", "10.0.0.0/8,10.0.0.0/99")]
#[case::host_bits("BACKEND_TRUSTED_PROXIES", "10.1.2.3/8")]
#[case::mapped_network("BACKEND_TRUSTED_PROXIES", "::ffff:10.0.0.0/104")]
#[case::list("BACKEND_ALLOWED_ORIGINS", r#"["https://a.example""#)]
#[case::origin("BACKEND_ALLOWED_ORIGINS", "https://a.example/path")]
#[case::star_among_others("BACKEND_ALLOWED_ORIGINS", "*,https://a.example")]
#[case::algorithm("BACKEND_ALGORITHM", "none")]
#[case::other_algorithm("BACKEND_ALGORITHM", "RS512")]
#[case::lifetime("BACKEND_ACCESS_TOKEN_EXPIRE_MINUTES", "0")]
#[case::level("BACKEND_LOG_LEVEL", "LOUD")]
#[case::format("BACKEND_LOG_FORMAT", "xml")]
#[case::locale("BACKEND_DEFAULT_LOCALE", "fr")]
#[case::minimum("BACKEND_PASSWORD_MIN_LENGTH", "0")]
#[case::memory("BACKEND_ARGON2_MEMORY_KIB", "7")]
#[case::passes("BACKEND_ARGON2_TIME_COST", "0")]
#[case::slots("BACKEND_HASH_SLOTS", "none")]
#[case::metrics("BACKEND_METRICS_BIND", "9090")]
#[case::public_url("BACKEND_PUBLIC_URL", "example.org")]
#[case::redis("BACKEND_REDIS_URL", "http://127.0.0.1")]
#[case::delay("BACKEND_SHUTDOWN_DELAY_SECONDS", "soon")]
#[case::fractional_delay("BACKEND_SHUTDOWN_TIMEOUT_SECONDS", "1.5")]
#[case::certificate("BACKEND_TLS_CERT_FILE", "/certificate.pem")]
#[case::file("BACKEND_CONFIG_FILE", "missing.toml")]
#[case::secret_file("BACKEND_SECRET_KEY_FILE", "missing")]
fn a_bad_setting_is_one_line_that_names_it(#[case] name: &str, #[case] value: &str) {
    let lines = faults(&[(name, value)]);
    assert!(lines.len() == 1 && lines[0].starts_with(&format!("{name}: ")), "{lines:?}");
}

#[rstest]
#[case::short_key("BACKEND_SECRET_KEY", "31 bytes are one fewer than 32.")]
#[case::placeholder("BACKEND_SECRET_KEY", "your-secret-key-your-secret-key-your-secret-key")]
#[case::any_origin("BACKEND_ALLOWED_ORIGINS", r#"["*"]"#)]
#[case::debug("BACKEND_DEBUG", "true")]
#[case::memory("BACKEND_ARGON2_MEMORY_KIB", "19455")]
#[case::passes("BACKEND_ARGON2_TIME_COST", "1")]
#[case::remote_database_in_the_clear("BACKEND_DATABASE_URL", "postgresql://ore@db.example/ore")]
fn production_refuses_what_development_takes(#[case] name: &str, #[case] value: &str) {
    let mut settings = PRODUCTION.to_vec();
    settings.retain(|(given, _)| *given != name);
    settings.push((name, value));
    let lines = faults(&settings);
    assert!(lines.len() == 1 && lines[0].starts_with(&format!("{name}: ")), "{lines:?}");

    settings[0] = ("BACKEND_ENVIRONMENT", "development");
    let lax: Vec<_> = settings.into_iter().filter(|(name, _)| *name != "BACKEND_HOST").collect();
    TestDir::new().run_bare(&["config"], &lax).succeeded();
}

#[test]
fn production_without_a_key_or_origins_says_both() {
    let lines = faults(&PRODUCTION[..1]);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("BACKEND_SECRET_KEY: ")), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("BACKEND_ALLOWED_ORIGINS: ")), "{lines:?}");
}

#[test]
fn production_starts_with_safe_settings() {
    let server = TestDir::new().serve(&[
        PRODUCTION[0],
        PRODUCTION[2],
        ("BACKEND_ARGON2_MEMORY_KIB", "19456"),
        ("BACKEND_ARGON2_TIME_COST", "2"),
        ("BACKEND_SHUTDOWN_DELAY_SECONDS", "0"),
    ]);
    assert_eq!(server.get("/health").status, 200);
}

#[test]
fn several_faults_are_told_at_once_with_a_line_and_an_example_each() {
    let lines = faults(&[("BACKEND_PORT", "abc"), ("BACKEND_DEBUG", "maybe"), ("BACKEND_LOG_LEVEL", "LOUD")]);
    assert_eq!(lines.len(), 3, "{lines:?}");
    for (name, example) in [
        ("BACKEND_PORT", "BACKEND_PORT=8000"),
        ("BACKEND_DEBUG", "BACKEND_DEBUG=false"),
        ("BACKEND_LOG_LEVEL", "BACKEND_LOG_LEVEL=DEBUG"),
    ] {
        let line = lines.iter().find(|line| line.starts_with(&format!("{name}: "))).unwrap();
        assert!(line.ends_with(&format!("for example {example}")), "{line}");
    }
}

#[test]
fn a_faulty_secret_is_not_printed() {
    let lines = faults(&[
        PRODUCTION[0],
        PRODUCTION[2],
        ("BACKEND_SECRET_KEY", "canary-short"),
        ("BACKEND_DATABASE_URL", "postgresq://ore:canary@db.example/ore"),
        ("BACKEND_REDIS_URL", "canary://:canary@redis.example"),
    ]);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains("canary")), "{lines:?}");
}

#[test]
fn every_command_that_needs_settings_refuses_bad_ones() {
    for arguments in [&["serve"][..], &[], &["migrate", "up"], &["user", "list"], &["healthcheck"]] {
        let finished = TestDir::new().run_with(arguments, &[("BACKEND_PORT", "abc")]);
        assert_eq!(finished.failed(2).len(), 1, "{arguments:?} {finished:?}");
    }
}

#[test]
fn what_kubernetes_injects_for_a_service_called_backend_is_no_fault() {
    let test_dir = TestDir::new();
    let injected = [
        ("BACKEND_SERVICE_HOST", "10.0.0.1"),
        ("BACKEND_SERVICE_PORT", "8000"),
        ("BACKEND_PORT_8000_TCP_ADDR", "10.0.0.1"),
        ("BACKEND_PORT", "tcp://10.0.0.1:8000"),
    ];
    let server = test_dir.serve_with_flags(&["--port", "0"], &injected);
    assert_eq!(server.get("/health").status, 200);
}

#[test]
fn a_key_comes_from_a_file_as_well_as_from_the_environment() {
    let test_dir = TestDir::new();
    let path = test_dir.file("key", &format!("{SECRET_KEY}\n"));
    let settings = [PRODUCTION[0], PRODUCTION[2], ("BACKEND_SECRET_KEY_FILE", path.to_str().unwrap())];
    let listing = test_dir.run_bare(&["config"], &settings).succeeded();
    assert!(listing.contains("BACKEND_SECRET_KEY_FILE (environment)") && !listing.contains(SECRET_KEY), "{listing}");
}

use std::time::Duration;

use ore_domain::{AllowedOrigins, Locale};
use ore_security::password::HashParameters;
use ore_security::token::Algorithm;
use ore_settings::{CATALOGUE, CredentialPolicies, Environment, LogFormat, LogLevel};
use rstest::rstest;
use secrecy::ExposeSecret;

use super::{Fixture, GOOD_KEY};

#[test]
fn the_defaults_are_those_of_the_module_document_and_the_contract() {
    let settings = Fixture::new(&[]).settings();
    assert_eq!((settings.app.name.as_str(), settings.app.version.as_str()), ("ORE Backend API", "0.1.0"));
    assert_eq!(settings.app.description, "AI工作流引擎后端服务");
    assert_eq!((settings.app.environment, settings.app.debug), (Environment::Development, true));
    assert_eq!((settings.server.host.to_string(), settings.server.port), ("0.0.0.0".to_owned(), 8000));
    assert_eq!(settings.server.shutdown_timeout, Duration::from_secs(30));
    assert_eq!((settings.server.metrics_bind, settings.server.trusted_proxies), (None, Vec::new()));
    assert_eq!(settings.server.allowed_origins, AllowedOrigins::Any);
    assert_eq!((settings.log.level, settings.log.format), (LogLevel::Info, LogFormat::Json));
    assert_eq!(settings.default_locale, Locale::ZhCn);
    assert_eq!(settings.database.url.masked(), "sqlite:///./app.db");
    assert_eq!((settings.database.pool_size.get(), settings.database.auto_migrate), (4, true));
    assert_eq!(settings.tokens.algorithm, Algorithm::Hs256);
    assert_eq!(settings.tokens.access_token_lifetime, Duration::from_mins(30));
    assert_eq!((settings.tokens.issuer.as_str(), settings.tokens.audience.as_str()), ("ore-backend", "ore"));
    assert!(!settings.tokens.accept_legacy);
    assert_eq!((settings.passwords.min_length, settings.passwords.hash_slots.get()), (8, 1));
    assert_eq!(settings.passwords.hash_parameters(), HashParameters::default());
    assert!(settings.limits.enabled && settings.limits.redis_url.is_none());
    let general = settings.limits.general();
    assert_eq!((general.burst.get(), general.per_minute.get(), general.window_seconds()), (2000, 60000, 2));
    let CredentialPolicies { address, total } = settings.limits.credentials();
    let policies = [address, total].map(|policy| (policy.name, policy.burst.get(), policy.per_minute.get()));
    assert_eq!(policies, [("address", 20, 10), ("total", 1000, 6000)]);
}

#[rstest]
#[case("development", true, false, 0)]
#[case("testing", false, false, 0)]
#[case("staging", false, false, 0)]
#[case("production", false, true, 5)]
fn some_defaults_depend_on_the_environment(
    #[case] environment: &str,
    #[case] debug: bool,
    #[case] require_https: bool,
    #[case] delay: u64,
) {
    let settings = Fixture::production(&[("ENVIRONMENT", environment)]).settings();
    assert_eq!(settings.app.environment.to_string(), environment);
    assert_eq!(settings.app.debug, debug);
    assert_eq!(settings.server.require_https, require_https);
    assert_eq!(settings.server.shutdown_delay, Duration::from_secs(delay));
}

#[rstest]
#[case("PORT", "abc", r#""abc" is not a port (0 to 65535)"#)]
#[case("PORT", "65536", r#""65536" is not a port (0 to 65535)"#)]
#[case("PORT", "", r#""" is not a port (0 to 65535)"#)]
#[case("HOST", "example.com", r#""example.com" is not an IP address or localhost"#)]
#[case("WORKERS", "0", r#""0" is not a number of threads (1 to 512)"#)]
#[case("ENVIRONMENT", "prod", r#""prod" is not an environment (development, testing, staging or production)"#)]
#[case("DEBUG", "maybe", r#""maybe" is not a boolean (true or false)"#)]
#[case("ALGORITHM", "none", r#""none" is not a signature algorithm (HS256, HS384, HS512, EdDSA, ES256 or RS256)"#)]
#[case("ACCESS_TOKEN_EXPIRE_MINUTES", "0", r#""0" is not a number of minutes (1 to 525600)"#)]
#[case("LOG_LEVEL", "LOUD", r#""LOUD" is not a level (DEBUG, INFO, WARNING, ERROR or CRITICAL)"#)]
#[case("LOG_FORMAT", "xml", r#""xml" is not a log format (json or text)"#)]
#[case("DEFAULT_LOCALE", "fr", r#""fr" is not a language we have (zh-CN or en)"#)]
#[case(
    "ALLOWED_ORIGINS",
    r#"["null"]"#,
    r#""null" is the origin of any sandboxed page, and cannot be told from another"#
)]
#[case("TRUSTED_PROXIES", "10.0.0.0/8,nginx", r#""nginx" is not an IP address or network (CIDR)"#)]
#[case("TRUSTED_PROXIES", "10.1.2.3/8", r#""10.1.2.3/8" has bits beyond its prefix; write 10.0.0.0/8"#)]
#[case("TRUSTED_PROXIES", "2001:db8::1/32", r#""2001:db8::1/32" has bits beyond its prefix; write 2001:db8::/32"#)]
#[case(
    "TRUSTED_PROXIES",
    "::ffff:10.0.0.0/104",
    r#""::ffff:10.0.0.0/104" is IPv4 in the form of IPv6; write 10.0.0.0/8"#
)]
#[case(
    "TRUSTED_PROXIES",
    "::ffff:10.1.2.3/104",
    r#""::ffff:10.1.2.3/104" is IPv4 in the form of IPv6; write 10.0.0.0/8"#
)]
#[case("TRUSTED_PROXIES", "::ffff:10.1.2.3", r#""::ffff:10.1.2.3" is IPv4 in the form of IPv6; write 10.1.2.3/32"#)]
#[case("PUBLIC_URL", "https://a:hunter2@b.example", r#""https://b.example/" comes with a user name or password"#)]
#[case("METRICS_BIND", "9090", r#""9090" is not an IP address with a port"#)]
#[case("RATE_LIMIT_GENERAL_BURST", "0", r#""0" is not a number of requests (1 to 10000000)"#)]
#[case("RATE_LIMIT_GENERAL_PER_MINUTE", "many", r#""many" is not a number of requests (1 to 10000000)"#)]
#[case("RATE_LIMIT_ADDRESS_BURST", "0", r#""0" is not a number of requests (1 to 10000000)"#)]
#[case("RATE_LIMIT_ADDRESS_PER_MINUTE", "-1", r#""-1" is not a number of requests (1 to 10000000)"#)]
#[case("RATE_LIMIT_TOTAL_BURST", "1.5", r#""1.5" is not a number of requests (1 to 10000000)"#)]
#[case("RATE_LIMIT_TOTAL_PER_MINUTE", "10000001", r#""10000001" is not a number of requests (1 to 10000000)"#)]
#[case("APP_NAME", "", r#""" is empty"#)]
#[case("APP_NAME", "a\nb", r#""a\nb" holds a control character"#)]
#[case("PASSWORD_MIN_LENGTH", "257", r#""257" is not a number of characters (1 to 256)"#)]
#[case("REDIS_URL", "hunter2", "the value is not a redis:// or rediss:// URL with a host")]
#[case("REDIS_URL", "redis://localhost/hunter2", "the value is not a URL that Redis clients know")]
#[case(
    "REDIS_URL",
    "redis+sentinel://hunter2",
    "the value is not of the form redis+sentinel://host:port,host:port/name"
)]
#[case("REDIS_URL", "rediss+sentinel://a,b/ore#insecure", "the value asks for TLS without checking certificates")]
#[case("REDIS_URL", "redis+sentinel://a,b/ore/hunter2", "the value is not a URL that Redis clients know")]
#[case("REDIS_URL", "rediss://localhost/#insecure", "the value asks for TLS without checking certificates")]
fn a_wrong_value_is_one_line_with_an_example(#[case] name: &str, #[case] value: &str, #[case] problem: &str) {
    let example = CATALOGUE.iter().find(|spec| spec.name == name).unwrap().example;
    let line = format!("BACKEND_{name}: {problem}; for example BACKEND_{name}={example}");
    assert_eq!(Fixture::new(&[(name, value)]).faults(), [line]);
}

#[test]
fn every_fault_is_told_at_once() {
    let faults =
        Fixture::production(&[("PORT", "x"), ("DEBGU", "1"), ("LOG_LEVEL", "y"), ("SECRET_KEY", "z")]).faults();
    let starts: Vec<_> = faults.iter().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(starts, ["BACKEND_DEBGU", "BACKEND_PORT", "BACKEND_LOG_LEVEL", "BACKEND_SECRET_KEY"]);
}

#[rstest]
#[case::of_the_same_group(&[("PORT", "x"), ("TRUSTED_PROXIES", "::/0")], &["PORT", "TRUSTED_PROXIES"])]
#[case::of_what_depends_on_it(&[("PUBLIC_URL", "x"), ("MAIL_DIR", "mail")], &["PUBLIC_URL"])]
#[case::of_the_same_setting(&[("ARGON2_MEMORY_KIB", "8")], &["ARGON2_MEMORY_KIB"])]
#[case::of_links_in_the_clear(
    &[("REQUIRE_HTTPS", "fals"), ("PUBLIC_URL", "http://api.example.com")],
    &["REQUIRE_HTTPS"]
)]
#[case::of_the_key_of_an_algorithm(&[("ALGORITHM", "Ed25519"), ("SECRET_KEY", "")], &["ALGORITHM"])]
#[case::of_the_issuer(
    &[("ALGORITHM", "EdDSA"), ("PUBLIC_URL", "x"), ("ISSUER", "ore")],
    &["PUBLIC_URL", "ISSUER"]
)]
#[case::of_the_issuer_that_follows_from_it(&[("ALGORITHM", "EdDSA"), ("PUBLIC_URL", "x")], &["PUBLIC_URL"])]
#[case::of_the_other_database_url(
    &[("DATABASE_URL", "x"), ("DATABASE_MIGRATION_URL", "postgresql://ore@db.example/ore")],
    &["DATABASE_URL", "DATABASE_MIGRATION_URL"]
)]
fn a_fault_hides_no_other_and_has_no_consequences(#[case] environment: &[(&str, &str)], #[case] names: &[&str]) {
    let faults = Fixture::production(environment).faults();
    let subjects: Vec<_> = faults.iter().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(subjects, names.iter().map(|name| format!("BACKEND_{name}")).collect::<Vec<_>>());
}

#[rstest]
#[case::short("x", "the value has 1 bytes")]
#[case::easily_guessed("12345678901234567890123456789012", "the value is easily guessed")]
fn a_weak_legacy_key_is_a_warning_once_legacy_tokens_are_accepted(#[case] key: &str, #[case] weakness: &str) {
    let warnings = |accept: &str| {
        let settings = [("LEGACY_SECRET_KEY", key), ("ACCEPT_LEGACY_TOKENS", accept), ("REQUIRE_HTTPS", "false")];
        Fixture::production(&settings).settings().warnings
    };
    assert_eq!(warnings("false"), Vec::<String>::new());
    let warnings = warnings("true");
    let start = format!("BACKEND_LEGACY_SECRET_KEY is weak: {weakness}");
    assert!(warnings.len() == 1 && warnings[0].starts_with(&start), "{warnings:?}");
    assert!(!warnings[0].contains(&format!("\"{key}\"")), "{warnings:?}");
}

#[test]
fn tls_to_the_database_is_accepted_where_the_program_has_it_and_refused_where_not() {
    let url = "postgresql://ore:hunter2@db.example/ore?sslmode=require";
    let faults = Fixture::production(&[("DATABASE_URL", url)]).faults();
    assert_eq!(faults.is_empty(), cfg!(feature = "pg-tls"), "{faults:?}");
}

#[test]
fn a_malformed_database_url_is_told_without_its_password() {
    let faults = Fixture::new(&[("DATABASE_URL", "postgresql://ore:hunter2@db:port/ore")]).faults();
    assert!(faults[0].contains("for example BACKEND_DATABASE_URL=postgresql://"), "{faults:?}");
    let of_sqlite = Fixture::new(&[("DATABASE_URL", "sqlite://app.db")]).faults();
    assert!(of_sqlite[0].contains("for example BACKEND_DATABASE_URL=sqlite:///"), "{of_sqlite:?}");
    assert!(faults.len() == 1 && faults[0].starts_with("BACKEND_DATABASE_URL: "), "{faults:?}");
    assert!(!faults[0].contains("hunter2"));
}

#[rstest]
#[case::unescaped("PUBLIC_URL", "https://ore:hunter2/hunter2@api.example.com")]
#[case::another_scheme("EXTERNAL_API_URL", "ftp://ore:hunter2@api.example.com")]
#[case::origin("ALLOWED_ORIGINS", "https://www.example.com,https://ore:hunter2@api.example.com")]
#[case::unclosed_list("PASSKEY_ORIGINS", r#"["https://ore:hunter2@api.example.com""#)]
fn a_malformed_url_of_a_site_is_told_without_its_password(#[case] name: &str, #[case] url: &str) {
    let faults = Fixture::new(&[(name, url)]).faults();
    assert!(faults.len() == 1 && faults[0].starts_with(&format!("BACKEND_{name}: \"")), "{faults:?}");
    assert!(!faults[0].contains("hunter2"), "{faults:?}");
}

#[test]
fn costs_that_argon2_cannot_combine_are_a_fault() {
    let faults = Fixture::new(&[("ARGON2_MEMORY_KIB", "8"), ("ARGON2_PARALLELISM", "4")]).faults();
    assert!(faults.len() == 1 && faults[0].starts_with("BACKEND_ARGON2_MEMORY_KIB: does not fit"), "{faults:?}");
}

#[rstest]
#[case("TLS_CERT_FILE", "TLS_KEY_FILE")]
#[case("TLS_KEY_FILE", "TLS_CERT_FILE")]
fn a_certificate_and_its_key_are_set_together(#[case] name: &str, #[case] other: &str) {
    let faults = Fixture::new(&[(name, "tls.pem")]).faults();
    let line =
        format!("BACKEND_{name}: needs BACKEND_{other} beside it; set both or neither; for example BACKEND_{name}=");
    assert!(faults.len() == 1 && faults[0].starts_with(&line), "{faults:?}");
    let tls = Fixture::new(&[(name, "a.pem"), (other, "b.pem")]).settings().server.tls();
    assert!(tls.is_some());
}

#[rstest]
#[case("CLIENT_TIMEOUT_SECONDS", "0")]
#[case("CLIENT_TIMEOUT_SECONDS", "NaN")]
#[case("CLIENT_TIMEOUT_SECONDS", "inf")]
#[case("REDIS_TIMEOUT_SECONDS", "0.05")]
#[case("KEEP_ALIVE_SECONDS", "-1")]
#[case("KEEP_ALIVE_SECONDS", "soon")]
#[case("MAX_CONNECTIONS", "0")]
#[case("MAX_CONNECTIONS_PER_ADDRESS", "0")]
fn a_limit_on_connections_is_a_number_in_its_range(#[case] name: &str, #[case] value: &str) {
    let faults = Fixture::new(&[(name, value)]).faults();
    assert!(
        faults.len() == 1 && faults[0].starts_with(&format!("BACKEND_{name}: \"{value}\" is not a ")),
        "{faults:?}"
    );
}

#[test]
fn without_a_key_development_makes_one_and_says_so() {
    let fixture = Fixture::new(&[]);
    let (first, second) = (fixture.settings(), fixture.settings());
    assert!(first.tokens.secret_key.expose_secret().len() >= 64);
    assert_ne!(first.tokens.secret_key.expose_secret(), second.tokens.secret_key.expose_secret());
    let warning = "BACKEND_SECRET_KEY is not set: a random key was made, and tokens end with this process";
    assert_eq!(first.warnings, [warning]);
}

#[test]
fn legacy_tokens_are_checked_with_the_key_of_ours_unless_they_have_their_own() {
    let legacy = |environment: &[(&str, &str)]| {
        Fixture::production(environment).settings().tokens.legacy_secret_key.expose_secret().to_owned()
    };
    assert_eq!(legacy(&[]), GOOD_KEY);
    assert_eq!(legacy(&[("LEGACY_SECRET_KEY", "x")]), "x");
}

#[test]
fn a_key_that_production_would_refuse_is_a_warning_elsewhere() {
    let warnings = Fixture::production(&[("ENVIRONMENT", "staging"), ("SECRET_KEY", "a")]).settings().warnings;
    let start = "BACKEND_SECRET_KEY would be refused in production: the value has 1 bytes";
    assert!(warnings.len() == 1 && warnings[0].starts_with(start), "{warnings:?}");
}

#[test]
fn a_known_legacy_key_is_a_warning_and_in_production_a_fault_once_legacy_tokens_are_accepted() {
    let fixture = |environment: &str, accept: &str| {
        let key = ("LEGACY_SECRET_KEY", "your-secret-key");
        Fixture::production(&[key, ("ENVIRONMENT", environment), ("ACCEPT_LEGACY_TOKENS", accept)])
    };
    assert_eq!(fixture("production", "false").faults(), Vec::<String>::new());
    assert!(fixture("production", "true").faults()[0].starts_with("BACKEND_LEGACY_SECRET_KEY: is a known placeholder"));
    assert!(fixture("staging", "true").settings().warnings[0].starts_with("BACKEND_LEGACY_SECRET_KEY is a known"));
}

#[rstest]
#[case::nobody_ends_tls(&[], &["BACKEND_REQUIRE_HTTPS refuses everything but the probes"])]
#[case::a_proxy_ends_tls(&[("TRUSTED_PROXIES", "10.0.0.0/8")], &[])]
#[case::plain_http_is_meant(&[("REQUIRE_HTTPS", "false")], &[])]
#[case::long_tokens(
    &[("REQUIRE_HTTPS", "false"), ("ACCESS_TOKEN_EXPIRE_MINUTES", "1441")],
    &["BACKEND_ACCESS_TOKEN_EXPIRE_MINUTES is more than a day"]
)]
#[case::tokens_of_a_day(&[("REQUIRE_HTTPS", "false"), ("ACCESS_TOKEN_EXPIRE_MINUTES", "1440")], &[])]
#[case::no_limits(&[("REQUIRE_HTTPS", "false"), ("RATE_LIMIT_ENABLED", "false")], &["BACKEND_RATE_LIMIT_ENABLED is false"])]
#[case::metrics_for_nobody(
    &[("REQUIRE_HTTPS", "false"), ("METRICS_BIND", "127.0.0.1:9090"), ("METRICS_ALLOW", "10.0.0.0/8")],
    &["BACKEND_METRICS_ALLOW is for nobody"]
)]
#[case::pages_in_the_clear(
    &[("REQUIRE_HTTPS", "false"), ("ALLOWED_ORIGINS", "https://a.example,http://b.example")],
    &["BACKEND_ALLOWED_ORIGINS names http://b.example"]
)]
#[case::pages_of_this_machine(&[("REQUIRE_HTTPS", "false"), ("ALLOWED_ORIGINS", "http://localhost:3000")], &[])]
fn settings_that_defeat_each_other_are_a_warning(#[case] environment: &[(&str, &str)], #[case] expected: &[&str]) {
    let warnings = Fixture::production(environment).settings().warnings;
    assert_eq!(warnings.len(), expected.len(), "{warnings:?}");
    assert!(warnings.iter().zip(expected).all(|(warning, start)| warning.starts_with(start)), "{warnings:?}");
}

#[test]
fn no_secret_shows_in_debug_output() {
    let fixture = Fixture::new(&[
        ("SECRET_KEY", "hunter2"),
        ("LEGACY_SECRET_KEY", "hunter2"),
        ("DATABASE_URL", "postgresql://ore:hunter2@localhost/ore"),
        ("REDIS_URL", "redis://:hunter2@localhost"),
        ("SMTP_URL", "smtp://ore:hunter2@localhost"),
        ("MAIL_FROM", "ore@example.org"),
    ]);
    assert!(!format!("{:?} {:?}", fixture.settings(), fixture.sources()).contains("hunter2"));
}

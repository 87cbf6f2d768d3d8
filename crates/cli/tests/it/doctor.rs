use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use ore_persistence::testing::TemporaryDatabase;
use rstest::rstest;

use crate::support::{ON_SQLITE, TestDir};

#[test]
fn a_file_that_is_not_there_is_told_and_not_made() {
    let test_dir = TestDir::new();
    let absent = test_dir.path().join("absent.db");
    let url = format!("sqlite:///{}", absent.display());
    let finished = test_dir.run_with(&["doctor"], &[("BACKEND_DATABASE_URL", &url)]);
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    assert!(finished.stdout.contains(&format!("there is no file {}", absent.display())), "{}", finished.stdout);
    assert!(!absent.exists());
}

#[test]
fn a_database_without_our_tables_is_told() {
    let test_dir = TestDir::new();
    test_dir.run(&["migrate"]).succeeded();
    test_dir.run(&["migrate", "down", "--yes"]).succeeded();
    let finished = test_dir.run(&["doctor"]);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(1), "findings: 1\n"), "{}", finished.stdout);
    assert!(finished.stdout.contains("migrations are pending"), "{}", finished.stdout);
}

#[test]
fn a_developer_who_has_migrated_hears_nothing() {
    let test_dir = TestDir::new();
    test_dir.run(&["migrate"]).succeeded();
    assert_eq!(test_dir.run(&["doctor"]).succeeded(), "no problems found\n");
}

#[test]
fn what_is_brought_along_from_development_is_told() {
    let test_dir = TestDir::new();
    test_dir.run(&["migrate"]).succeeded();
    let settings = [("BACKEND_ENVIRONMENT", "staging"), ("BACKEND_DEBUG", "true"), ("BACKEND_ALLOWED_ORIGINS", "*")];
    let finished = test_dir.run_with(&["doctor"], &settings);
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    for reported in ["ALLOWED_ORIGINS", "DEBUG", "METRICS_BIND", "TRUSTED_PROXIES"] {
        assert!(finished.stdout.contains(&format!("BACKEND_{reported} ")), "{reported} in {}", finished.stdout);
    }
    let corrected = [
        ("BACKEND_ENVIRONMENT", "staging"),
        ("BACKEND_ALLOWED_ORIGINS", "https://app.example.org"),
        ("BACKEND_METRICS_BIND", "127.0.0.1:9090"),
        ("BACKEND_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    assert_eq!(test_dir.run_with(&["doctor"], &corrected).succeeded(), "no problems found\n");
}

#[rstest]
#[case("BACKEND_SECRET_KEY", "secretsecretsecretsecretsecretsecret")]
#[case("BACKEND_REDIS_URL", "redis://redis.internal")]
#[case("BACKEND_PASSWORD_MIN_LENGTH", "7")]
#[case("BACKEND_TRUSTED_PROXIES", "0.0.0.0/0")]
#[case("BACKEND_ACCESS_TOKEN_EXPIRE_MINUTES", "525600")]
#[case("BACKEND_LEGACY_SECRET_KEY", "x")]
#[case("BACKEND_ISSUER", "'ore'")]
fn what_is_unsafe_is_named_whether_it_is_refused_or_not(#[case] variable: &str, #[case] value: &str) {
    let test_dir = TestDir::new();
    test_dir.run(&["migrate"]).succeeded();
    let sound = [
        ("BACKEND_ENVIRONMENT", "production"),
        ("BACKEND_ALLOWED_ORIGINS", "https://app.example.org"),
        ("BACKEND_ARGON2_MEMORY_KIB", "19456"),
        ("BACKEND_ARGON2_TIME_COST", "2"),
        ("BACKEND_TRUSTED_PROXIES", "127.0.0.1"),
        ("BACKEND_RATE_LIMIT_ENABLED", "true"),
        ("BACKEND_ACCEPT_LEGACY_TOKENS", "true"),
    ];
    assert_eq!(test_dir.run_with(&["doctor"], &sound).succeeded(), "no problems found\n");
    let finished = test_dir.run_with(&["doctor"], &[&sound[..], &[(variable, value)]].concat());
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(1), "findings: 1\n"), "{}", finished.stdout);
    assert!(finished.stdout.starts_with(variable), "{}", finished.stdout);
}

#[test]
fn a_database_that_is_away_is_told_and_wrong_settings_are_wrong_settings() {
    let away = [("BACKEND_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")];
    let finished = TestDir::new().run_with(&["doctor"], &away);
    assert_eq!(finished.code, Some(1));
    assert!(finished.stdout.starts_with("BACKEND_DATABASE_URL: "), "{}", finished.stdout);
    assert_eq!(TestDir::new().run_with(&["doctor"], &[("BACKEND_PORT", "x")]).code, Some(2));
}

#[test]
fn an_encoding_that_does_not_hold_every_address_is_told_by_the_doctor_and_refused_by_migrate() {
    let database = TemporaryDatabase::create_with("ENCODING 'LATIN1' LOCALE 'C'");
    let (test_dir, url) = (TestDir::new(), database.url());
    let settings = [("BACKEND_DATABASE_URL", url.as_str())];
    let reported = test_dir.run_with(&["doctor"], &settings);
    let line = "the database has the encoding LATIN1, which does not hold every address; make one with CREATE DATABASE";
    assert_eq!(reported.code, Some(1));
    assert!(reported.stdout.contains(&format!("BACKEND_DATABASE_URL: {line}")), "{}", reported.stdout);
    let refused = test_dir.run_with(&["migrate", "up"], &settings);
    assert!(refused.failed(1)[0].starts_with(line) && refused.failed(1).len() == 1, "{}", refused.stderr);
    let status = test_dir.run_with(&["migrate", "status"], &settings).succeeded();
    assert!(status.contains(&format!("in the way: {line}")), "{status}");
}

#[test]
fn a_database_file_that_others_may_read_is_told_until_it_is_opened() {
    let test_dir = TestDir::new();
    test_dir.run_with(&["migrate"], &[ON_SQLITE]).succeeded();
    let file = test_dir.path().join("app.db");
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let finished = test_dir.run_with(&["doctor"], &[ON_SQLITE]);
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    assert!(finished.stdout.contains("app.db (mode 0644)"), "{}", finished.stdout);

    let server = test_dir.serve(&[ON_SQLITE]);
    server.log().wait_for_message("The database is ready");
    let warned = server.log().wait_for(|line| line["message"].as_str().unwrap().contains("(mode 0644)"));
    assert_eq!(warned["level"], "WARNING");
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(test_dir.run_with(&["doctor"], &[ON_SQLITE]).code, Some(0));
}

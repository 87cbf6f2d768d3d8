use std::collections::BTreeMap;
use std::fs;

use rstest::rstest;
use serde_json::json;

use crate::support::{Answer, EMAIL, ON_SQLITE, PASSWORD, Server, TestDir};

const DISABLED: &str = "disabled@example.org";

/// The headers but for those that differ from one response to the next.
fn steady_headers(answer: &Answer) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<_, _> = answer
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap().to_owned()))
        .collect();
    for name in ["date", "x-request-id", "x-process-time"] {
        assert!(headers.remove(name).is_some(), "{name}");
    }
    headers
}

#[rstest]
#[case("zh", "邮箱或密码错误")]
#[case("en", "Wrong e-mail address or password")]
fn unknown_wrong_and_disabled_cannot_be_told_apart(#[case] language: &str, #[case] message: &str) {
    let server = Server::with(&[("BACKEND_DEFAULT_LOCALE", if language == "en" { "en" } else { "zh-CN" })]);
    server.token_of(EMAIL, PASSWORD);
    server.token_of(DISABLED, PASSWORD);
    server.deactivate(DISABLED);

    let unknown = server.login("unknown@example.org", PASSWORD);
    let wrong = server.login(EMAIL, "wrong horse battery");
    let disabled = server.login(DISABLED, PASSWORD);

    assert_eq!(unknown.error(), (400, "BUSINESS_ERROR".to_owned()));
    assert_eq!(unknown.message(), message);
    assert_eq!(unknown.json()["details"], json!({"reason": "INVALID_CREDENTIALS"}));
    for other in [&wrong, &disabled] {
        assert_eq!(other.status, unknown.status);
        assert_eq!(other.body_without_identity(), unknown.body_without_identity());
        assert_eq!(steady_headers(other), steady_headers(&unknown));
    }
}

#[test]
fn a_password_below_the_least_length_is_just_wrong_at_log_in() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    for password in ["", "short"] {
        assert_eq!(server.login(EMAIL, password).error(), (400, "BUSINESS_ERROR".to_owned()));
    }
}

#[test]
fn a_disabled_user_is_refused_within_a_second_and_an_activated_one_let_in_again() {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    assert_eq!(server.me(&token).status, 200);
    server.deactivate(EMAIL);
    let refused = server.me_refused_soon(&token);
    assert_eq!(refused.error(), (401, "UNAUTHORIZED".to_owned()));
    assert_eq!(refused.header("www-authenticate"), Some(r#"Bearer error="invalid_token""#));
    server.test_dir.run(&["user", "activate", EMAIL]).succeeded();
    assert_eq!(server.me(&server.login(EMAIL, PASSWORD).token()).status, 200);
}

#[test]
fn a_token_outlives_a_restart_with_the_same_key_and_dies_with_another() {
    let test_dir = TestDir::new();
    let server = test_dir.serve(&[]);
    let token = server.token_of(EMAIL, PASSWORD);
    server.stop();
    let server = test_dir.serve(&[]);
    assert_eq!(server.me(&token).status, 200);
    server.stop();
    let server = test_dir.serve(&[("BACKEND_SECRET_KEY", "another key of the same length..")]);
    assert_eq!(server.me(&token).status, 401);
}

#[test]
fn a_hash_weaker_than_the_setting_is_renewed_at_the_next_log_in() {
    const RENEWED: &str = "$argon2id$v=19$m=16,t=2,p=1$";
    const STRONGER: [(&str, &str); 3] =
        [("BACKEND_ARGON2_MEMORY_KIB", "16"), ("BACKEND_ARGON2_TIME_COST", "2"), ON_SQLITE];
    let test_dir = TestDir::new();
    let server = test_dir.serve(&[ON_SQLITE]);
    server.token_of(EMAIL, PASSWORD);
    server.stop();
    assert!(database_holds(&test_dir, "$argon2id$v=19$m=8,t=1,p=1$"));

    let server = test_dir.serve(&STRONGER);
    assert_eq!(server.login(EMAIL, "wrong horse battery").status, 400);
    server.stop();
    assert!(!database_holds(&test_dir, RENEWED));

    let server = test_dir.serve(&STRONGER);
    server.login(EMAIL, PASSWORD).token();
    server.login(EMAIL, PASSWORD).token();
    server.stop();
    assert!(database_holds(&test_dir, RENEWED));
}

/// Looks into the files of the database, the write-ahead log among them.
fn database_holds(test_dir: &TestDir, text: &str) -> bool {
    let files = fs::read_dir(test_dir.path()).unwrap().map(|entry| entry.unwrap());
    let mut database = files.filter(|file| file.file_name().to_string_lossy().starts_with("app.db"));
    database.any(|file| fs::read(file.path()).unwrap().windows(text.len()).any(|bytes| bytes == text.as_bytes()))
}

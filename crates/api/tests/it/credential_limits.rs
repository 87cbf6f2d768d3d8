//! One process: who may present credentials how often.

use serde_json::json;

use crate::support::{Answer, EMAIL, ON_SQLITE, PASSWORD, Server};

const ENABLED: (&str, &str) = ("BACKEND_RATE_LIMIT_ENABLED", "true");
/// Nothing is given back while a test runs.
const SLOW: [(&str, &str); 3] = [
    ("BACKEND_RATE_LIMIT_ADDRESS_PER_MINUTE", "1"),
    ("BACKEND_RATE_LIMIT_ACCOUNT_PER_MINUTE", "1"),
    ("BACKEND_RATE_LIMIT_TOTAL_PER_MINUTE", "1"),
];

fn limited(settings: &[(&str, &str)]) -> Server {
    Server::with(&[&[ENABLED], &SLOW[..], settings].concat())
}

#[track_caller]
fn assert_limited(answer: &Answer, policy: &str, burst: u32) {
    assert_eq!(answer.error(), (429, "RATE_LIMITED".to_owned()));
    assert_eq!(answer.json()["details"], json!(null));
    let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    let expected = format!("\"{policy}\";q={burst};w={}", burst * 60);
    assert_eq!(answer.header("ratelimit-policy"), Some(expected.as_str()));
    assert_eq!(answer.header("ratelimit"), Some(format!("\"{policy}\";r=0;t={seconds}").as_str()));
}

#[test]
fn an_account_is_limited_whether_or_not_it_is_there_and_whatever_the_password() {
    let server = limited(&[("BACKEND_RATE_LIMIT_ACCOUNT_BURST", "3")]);
    server.token_of(EMAIL, PASSWORD);
    for password in ["wrong horse battery", PASSWORD] {
        assert_ne!(server.login(EMAIL, password).status, 429);
    }
    for _ in 0..3 {
        assert_eq!(server.login("unknown@example.org", PASSWORD).status, 400);
    }
    let known = server.login(&EMAIL.to_uppercase(), PASSWORD);
    assert_limited(&known, "account", 3);
    let unknown = server.login("unknown@example.org", PASSWORD);
    assert_limited(&unknown, "account", 3);
    assert_eq!(known.body_without_identity(), unknown.body_without_identity());
    assert_limited(&server.register(EMAIL, PASSWORD), "account", 3);
    assert_eq!(server.login("another@example.org", PASSWORD).status, 400);
    let metrics = server.metrics();
    assert!(metrics.contains("rate_limited_total{policy=\"account\"} 3\n"), "{metrics}");
    assert!(metrics.contains("auth_attempts_total{result=\"failure\"} 5\n"), "{metrics}");
}

#[test]
fn an_address_is_limited_and_nothing_but_credentials_counts() {
    let server = limited(&[("BACKEND_RATE_LIMIT_ADDRESS_BURST", "3")]);
    let token = server.token_of(EMAIL, PASSWORD);
    for _ in 0..5 {
        assert_eq!(server.login("not an address", PASSWORD).status, 422);
        assert_eq!(server.me(&token).status, 200);
    }
    for index in 0..2 {
        assert_eq!(server.login(&format!("{index}@example.org"), PASSWORD).status, 400);
    }
    assert_limited(&server.login("3@example.org", PASSWORD), "address", 3);
    assert_limited(&server.register("4@example.org", PASSWORD), "address", 3);
    assert_eq!((server.me(&token).status, server.get("/readiness").status), (200, 200));
}

#[test]
fn all_together_are_limited() {
    let server = limited(&[("BACKEND_RATE_LIMIT_TOTAL_BURST", "2")]);
    for index in 0..2 {
        assert_eq!(server.login(&format!("{index}@example.org"), PASSWORD).status, 400);
    }
    assert_limited(&server.login("3@example.org", PASSWORD), "total", 2);
}

#[test]
fn the_limits_that_hold_unless_told_otherwise_are_those_of_the_contract() {
    let server = Server::with(&[ENABLED, ON_SQLITE]);
    let statuses: Vec<_> = (0..11).map(|_| server.login(EMAIL, PASSWORD).status).collect();
    assert_eq!(statuses, [&[400; 10][..], &[429]].concat());
    let statuses: Vec<_> =
        (0..11).map(|index| server.login(&format!("{index}@example.org"), PASSWORD).status).collect();
    assert_eq!(statuses, [&[400; 10][..], &[429]].concat());
}

#[test]
fn limits_can_be_turned_off() {
    let off = ("BACKEND_RATE_LIMIT_ENABLED", "false");
    let server = Server::with(&[&SLOW[..], &[off, ("BACKEND_RATE_LIMIT_TOTAL_BURST", "1")]].concat());
    for _ in 0..30 {
        assert_eq!(server.login(EMAIL, PASSWORD).status, 400);
    }
}

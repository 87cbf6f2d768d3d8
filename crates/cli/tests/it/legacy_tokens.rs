//! Tokens of the Python service, from outside: whom they speak for, and until when.

use ore_domain::{Clock, SystemClock};
use rstest::rstest;
use serde_json::json;

use crate::python_peer::python_program;
use crate::support::{EMAIL, PASSWORD, SECRET_KEY, Server, ServerProcess, TestDir, sign};

const ACCEPTED: (&str, &str) = ("BACKEND_ACCEPT_LEGACY_TOKENS", "true");

/// Runs a statement as somebody does who is not us, and returns the value that it finds, if it looks for one.
pub(crate) fn run_sql(test_dir: &TestDir, statement: &str) -> String {
    let program = "
import sys
from sqlalchemy import create_engine, text
with create_engine(sys.argv[1]).begin() as connection:
    result = connection.execute(text(sys.argv[2]))
    print(result.scalar() if result.returns_rows else '')";
    python_program(program, &[&test_dir.sqlalchemy_url(), statement])
}

/// As the Python service made one so many seconds ago.
fn token_of(sub: &str, seconds_ago: i64) -> String {
    let exp = SystemClock.now().timestamp() - seconds_ago + 30 * 60;
    sign(r#"{"alg":"HS256","typ":"JWT"}"#, &json!({"sub": sub, "exp": exp}).to_string(), SECRET_KEY)
}

#[rstest]
#[case::case("Ada@example.org")]
#[case::full_width("ａda@example.org")]
#[case::full_width_at_sign("ada＠example.org")]
#[case::upper_case_domain("ada@EXAMPLE.org")]
#[case::trailing_dot("ada@example.org.")]
#[case::trailing_space("ada@example.org ")]
#[case::trailing_nul("ada@example.org\0")]
#[case::leading_space(" ada@example.org")]
#[case::soft_hyphen("ada@exam\u{ad}ple.org")]
#[case::empty("")]
#[case::key("1")]
fn a_token_opens_no_account_whose_address_is_only_like_its_own(#[case] sub: &str) {
    let server = Server::with(&[ACCEPTED]);
    server.token_of(EMAIL, PASSWORD);
    assert_eq!(server.me(&token_of(EMAIL, 0)).json()["data"]["email"], EMAIL);
    assert_eq!(server.me(&token_of(sub, 0)).error(), (401, "UNAUTHORIZED".to_owned()));
}

#[rstest]
#[case::before_the_leeway(20, 200)]
#[case::beyond_the_leeway(300, 401)]
fn a_token_opens_no_account_that_was_made_after_it(#[case] seconds_ago: i64, #[case] status: u16) {
    let server = Server::with(&[ACCEPTED]);
    server.token_of(EMAIL, PASSWORD);
    assert_eq!(server.me(&token_of(EMAIL, seconds_ago)).status, status);
}

/// Whose account is older than its tokens.
fn server_with_an_old_account(test_dir: &TestDir) -> ServerProcess {
    let server = test_dir.serve(&[ACCEPTED]);
    server.token_of(EMAIL, PASSWORD);
    run_sql(test_dir, "UPDATE users SET created_at = '2026-01-01 00:00:00.000000'");
    server
}

#[rstest]
#[case::new_password(&["set-password"])]
#[case::reactivated(&["deactivate", "activate"])]
fn what_an_operator_changes_ends_the_tokens_from_before(#[case] actions: &[&str]) {
    let test_dir = TestDir::new();
    let server = server_with_an_old_account(&test_dir);
    let old = token_of(EMAIL, 60);
    assert_eq!(server.me(&old).status, 200);
    for action in actions {
        test_dir.run_reading(&["user", action, EMAIL], "another password").succeeded();
    }
    assert_eq!((server.me(&old).status, server.me(&token_of(EMAIL, 0)).status), (401, 200));
}

#[test]
fn an_address_that_passes_to_somebody_else_takes_no_tokens_along() {
    let test_dir = TestDir::new();
    let server = server_with_an_old_account(&test_dir);
    server.token_of("eve@example.org", PASSWORD);
    let old = token_of(EMAIL, 60);
    run_sql(&test_dir, "UPDATE users SET email = 'ada.l@example.org' WHERE id = 1");
    assert_eq!((server.me(&old).status, server.me(&token_of(EMAIL, 0)).status), (401, 401));
    run_sql(&test_dir, "UPDATE users SET email = 'ada@example.org', created_at = '2026-01-01 00:00:00' WHERE id = 2");
    assert_eq!(server.me(&old).status, 401);
    assert_eq!(server.me(&token_of(EMAIL, 0)).json()["data"]["id"], 2);
}

#[test]
fn the_lifetime_tells_when_a_token_was_made() {
    let test_dir = TestDir::new();
    let server = test_dir.serve(&[ACCEPTED, ("BACKEND_LEGACY_TOKEN_EXPIRE_MINUTES", "60")]);
    server.token_of(EMAIL, PASSWORD);
    // By 30 minutes it is of now, by 60 it is older than the account.
    assert_eq!(server.me(&token_of(EMAIL, 0)).status, 401);
    assert_eq!(server.me(&token_of(EMAIL, -30 * 60)).status, 200);
}

#[test]
fn a_log_in_that_renews_the_hash_ends_no_tokens() {
    let test_dir = TestDir::new();
    let server = server_with_an_old_account(&test_dir);
    let old = token_of(EMAIL, 60);
    server.stop();
    let server = test_dir.serve(&[ACCEPTED, ("BACKEND_ARGON2_MEMORY_KIB", "16")]);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
    assert_eq!(run_sql(&test_dir, "SELECT password_renewals FROM users"), "1");
    assert_eq!(server.me(&old).status, 200);
}

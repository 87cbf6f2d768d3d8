//! Accounts from the command line, and the server's view of them.

use rstest::rstest;

use crate::legacy_tokens::run_sql;
use crate::support::{EMAIL, PASSWORD, Server, Workplace};

#[test]
fn an_operator_makes_an_account_that_can_log_in() {
    let server = Server::start();
    let created = server.workplace.run_reading(&["user", "create", "Ada@Example.org"], &format!("{PASSWORD}\n"));
    assert_eq!(created.succeeded(), "created user 1 Ada@example.org\n");
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

#[test]
fn an_operator_makes_an_account_before_any_server_has_run() {
    let workplace = Workplace::new();
    workplace.run_reading(&["user", "create", EMAIL], PASSWORD).succeeded();
    assert_eq!(workplace.serve(&[]).login(EMAIL, PASSWORD).status, 200);
}

#[test]
fn a_duplicate_account_is_refused() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let finished = server.workplace.run_reading(&["user", "create", "ADA@example.org"], "another password");
    assert_eq!(finished.failed(1).len(), 1, "{finished:?}");
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

#[rstest]
#[case::short(EMAIL, "seven77")]
#[case::empty(EMAIL, "")]
#[case::no_address("nobody", PASSWORD)]
#[case::display_name("Ada <ada@example.org>", PASSWORD)]
fn what_the_service_would_not_take_an_operator_cannot_make(#[case] email: &str, #[case] password: &str) {
    let workplace = Workplace::new();
    let finished = workplace.run_reading(&["user", "create", email], password);
    let lines = finished.failed(2);
    assert!(lines.len() == 1 && (password.is_empty() || !lines[0].contains(password)), "{finished:?}");
    assert_eq!(workplace.run(&["user", "list"]).succeeded(), "");
}

#[test]
fn the_list_shows_every_account_and_its_state() {
    let server = Server::start();
    for name in ["ada", "bob", "eve"] {
        server.token_of(&format!("{name}@example.org"), PASSWORD);
    }
    server.deactivate("bob@example.org");
    let list = server.workplace.run(&["user", "list"]).succeeded();
    let rows: Vec<Vec<_>> = list.lines().map(|line| line.split('\t').collect()).collect();
    let shown: Vec<_> = rows.iter().map(|row| (row[0], row[1], row[3])).collect();
    let expected =
        [("1", "active", "ada@example.org"), ("2", "inactive", "bob@example.org"), ("3", "active", "eve@example.org")];
    assert_eq!(shown, expected);
    assert!(!list.contains("argon2"), "{list}");
}

#[test]
fn a_password_can_be_set() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let set = server.workplace.run_reading(&["user", "set-password", EMAIL], "quite another password\n");
    assert_eq!(set.succeeded(), format!("set the password of {EMAIL}\n"));
    assert_eq!(server.login(EMAIL, PASSWORD).status, 400);
    assert_eq!(server.login(EMAIL, "quite another password").status, 200);
}

#[test]
fn a_password_set_badly_leaves_the_old_one() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let finished = server.workplace.run_reading(&["user", "set-password", EMAIL], "short");
    assert_eq!(finished.failed(2).len(), 1, "{finished:?}");
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

#[test]
fn an_account_is_deactivated_and_activated_in_any_spelling() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    for (action, did, status) in [("deactivate", "deactivated", 400), ("activate", "activated", 200)] {
        let finished = server.workplace.run(&["user", action, "ADA@Example.org"]);
        assert_eq!(finished.succeeded(), format!("{did} ADA@Example.org\n"));
        assert_eq!(server.login(EMAIL, PASSWORD).status, status);
    }
}

#[rstest]
#[case("set-password")]
#[case("activate")]
#[case("deactivate")]
fn an_unknown_account_is_a_failure(#[case] action: &str) {
    let finished = Workplace::new().run_reading(&["user", action, EMAIL], PASSWORD);
    assert!(matches!(finished.failed(1)[..], [line] if line.contains(EMAIL)), "{finished:?}");
}

#[test]
fn accounts_in_memory_would_end_with_the_command_so_it_refuses() {
    let finished = Workplace::new().run_with(&["user", "list"], &[("BACKEND_DATABASE_URL", "sqlite://")]);
    assert!(matches!(finished.failed(2)[..], [line] if line.contains("BACKEND_DATABASE_URL")), "{finished:?}");
}

/// A table of the Python service may hold both.
#[test]
fn of_two_addresses_that_look_alike_an_operator_means_the_one_that_is_typed() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let look_alike = "INSERT INTO users (email, hashed_password) VALUES ('ＡＤＡ@example.org', 'unknown')";
    run_sql(&server.workplace, look_alike);
    let states = || {
        let list = server.workplace.run(&["user", "list"]).succeeded();
        list.lines().map(|line| line.split('\t').nth(1).unwrap().to_owned()).collect::<Vec<_>>()
    };
    server.deactivate("ＡＤＡ@example.org");
    assert_eq!(states(), ["active", "inactive"]);
    server.deactivate("Ada@Example.org");
    assert_eq!(states(), ["inactive", "inactive"]);
}

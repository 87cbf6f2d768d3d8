//! Accounts from the command line, and the server's view of them.

use rstest::rstest;
use serde_json::Value;

use crate::legacy_tokens::run_sql;
use crate::python_peer::python_program;
use crate::support::{EMAIL, PASSWORD, Server, ServerProcess, TestDir};

/// The cells of a table that holds no blanks in them, without its headings.
fn rows(table: &str) -> Vec<Vec<&str>> {
    table.lines().skip(1).map(|line| line.split_whitespace().collect()).collect()
}

#[test]
fn an_operator_makes_an_account_that_can_log_in() {
    let server = Server::start();
    let created = server.test_dir.run_reading(&["user", "create", "Ada@Example.org"], &format!("{PASSWORD}\n"));
    assert_eq!(created.succeeded(), "created user 1 Ada@example.org\n");
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

#[test]
fn an_operator_makes_an_account_before_any_server_has_run() {
    let test_dir = TestDir::new();
    test_dir.run_reading(&["user", "create", EMAIL], PASSWORD).succeeded();
    assert_eq!(test_dir.serve(&[]).login(EMAIL, PASSWORD).status, 200);
}

#[test]
fn a_duplicate_account_is_refused() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let finished = server.test_dir.run_reading(&["user", "create", "ADA@example.org"], "another password");
    assert_eq!(finished.failed(1).len(), 1, "{finished:?}");
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

#[rstest]
#[case::short(EMAIL, "seven77")]
#[case::empty(EMAIL, "")]
#[case::no_address("nobody", PASSWORD)]
#[case::display_name("Ada <ada@example.org>", PASSWORD)]
fn what_the_service_would_not_take_an_operator_cannot_make(#[case] email: &str, #[case] password: &str) {
    let test_dir = TestDir::new();
    let finished = test_dir.run_reading(&["user", "create", email], password);
    let lines = finished.failed(2);
    assert!(lines.len() == 1 && (password.is_empty() || !lines[0].contains(password)), "{finished:?}");
    assert_eq!(test_dir.run(&["user", "list"]).succeeded(), "");
}

#[test]
fn the_list_shows_every_account_and_its_state() {
    let server = Server::start();
    for name in ["ada", "bob", "eve"] {
        server.token_of(&format!("{name}@example.org"), PASSWORD);
    }
    server.deactivate("bob@example.org");
    let list = server.test_dir.run(&["user", "list"]).succeeded();
    let rows = rows(&list);
    let shown: Vec<_> = rows.iter().map(|row| (row[0], row[1], row[5])).collect();
    let expected =
        [("1", "active", "ada@example.org"), ("2", "inactive", "bob@example.org"), ("3", "active", "eve@example.org")];
    assert_eq!(shown, expected);
    assert!(!list.contains("argon2"), "{list}");
}

#[test]
fn a_password_can_be_set() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let set = server.test_dir.run_reading(&["user", "set-password", EMAIL], "quite another password\n");
    assert_eq!(set.succeeded(), format!("set the password of {EMAIL}\n"));
    assert_eq!(server.login(EMAIL, PASSWORD).status, 400);
    assert_eq!(server.login(EMAIL, "quite another password").status, 200);
}

#[rstest]
#[case::short("short")]
#[case::the_address(EMAIL)]
#[case::the_name_of_the_service("ORE Backend API")]
fn a_password_set_badly_leaves_the_old_one(#[case] bad: &str) {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let finished = server.test_dir.run_reading(&["user", "set-password", EMAIL], bad);
    assert_eq!(finished.failed(2).len(), 1, "{finished:?}");
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

#[test]
fn an_account_is_deactivated_and_activated_in_any_spelling() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    for (action, did, status) in [("deactivate", "deactivated", 400), ("activate", "activated", 200)] {
        let finished = server.test_dir.run(&["user", action, "ADA@Example.org"]);
        assert_eq!(finished.succeeded(), format!("{did} ADA@Example.org\n"));
        assert_eq!(server.login(EMAIL, PASSWORD).status, status);
    }
}

#[rstest]
#[case("set-password")]
#[case("activate")]
#[case("deactivate")]
#[case("show")]
#[case("sessions")]
#[case("logout")]
fn an_unknown_account_is_a_failure(#[case] action: &str) {
    let test_dir = TestDir::new();
    test_dir.run(&["migrate"]).succeeded();
    let finished = test_dir.run_reading(&["user", action, EMAIL], PASSWORD);
    assert!(matches!(finished.failed(1)[..], [line] if line.contains(EMAIL)), "{finished:?}");
}

/// What the Python service may have stored; nobody can register so.
const ADOPTED: &str = "
import sys
from sqlalchemy import create_engine, text
with create_engine(sys.argv[1].replace('postgresql:', 'postgresql+psycopg2:')).begin() as connection:
    for statement in sys.argv[2:]:
        connection.execute(text(statement))";

#[test]
fn a_user_whose_address_nobody_can_type_is_named_by_the_key() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let test_dir = &server.test_dir;
    let insert = "INSERT INTO users (email, hashed_password) VALUES ('root@localhost', '')";
    python_program(ADOPTED, &[&test_dir.sqlalchemy_url(), insert]);
    let refused = test_dir.run(&["user", "deactivate", "root@localhost"]);
    assert!(matches!(refused.failed(2)[..], [line] if line.contains("`user list`")), "{refused:?}");

    assert_eq!(test_dir.run(&["user", "deactivate", "2"]).succeeded(), "deactivated 2\n");
    assert!(test_dir.run(&["user", "list"]).succeeded().contains("2   inactive  "));
    assert_eq!(test_dir.run(&["user", "activate", "2"]).succeeded(), "activated 2\n");
    let set = test_dir.run_reading(&["user", "set-password", "1"], "quite another password\n");
    assert_eq!(set.succeeded(), "set the password of 1\n");
    assert_eq!(server.login(EMAIL, "quite another password").status, 200);
    let nobody = test_dir.run(&["user", "activate", "4711"]);
    assert!(matches!(nobody.failed(1)[..], [line] if line.contains("4711")), "{nobody:?}");
}

#[test]
fn a_user_who_cannot_be_read_is_listed_as_such_and_harms_nobody() {
    let server = ServerProcess::start();
    let names = ["ada", "bob", "eve"];
    let tokens = names.map(|name| server.token_of(&format!("{name}@example.org"), PASSWORD));
    let test_dir = &server.test_dir;
    let statement = "UPDATE users SET created_at = 'infinity' WHERE id = 2";
    python_program(ADOPTED, &[&test_dir.sqlalchemy_url(), statement]);

    let list = test_dir.run(&["user", "list"]).succeeded();
    let listed: Vec<_> = rows(&list).into_iter().map(|row| [row[0], row[1]]).collect();
    assert_eq!(listed, [["1", "active"], ["2", "unreadable"], ["3", "active"]]);
    let objects: Value = serde_json::from_str(&test_dir.run(&["user", "list", "--json"]).succeeded()).unwrap();
    assert_eq!((&objects[1]["id"], &objects[2]["id"]), (&2.into(), &3.into()));
    assert!(objects[1]["fault"].as_str().unwrap().contains("created_at"), "{objects}");
    let status = test_dir.run(&["migrate", "status"]).succeeded();
    assert!(status.lines().last().unwrap().contains("user 2 cannot be read: created_at"), "{status}");

    let unknown = server.login("nobody@example.org", PASSWORD);
    let unreadable = server.login("bob@example.org", PASSWORD);
    assert_eq!((unreadable.status, unreadable.error()), (400, unknown.error()));
    let logged = server.log().wait_for_message("A stored user cannot be read");
    assert_eq!((&logged["level"], &logged["user_id"]), (&"ERROR".into(), &2.into()));
    assert_eq!(server.register("bob@example.org", PASSWORD).error().0, 400);
    for name in ["ada", "eve"] {
        assert_eq!(server.login(&format!("{name}@example.org"), PASSWORD).status, 200);
    }
    assert_eq!((server.me(&tokens[1]).status, server.me(&tokens[2]).status), (401, 200));
    assert_eq!(test_dir.run(&["user", "deactivate", "bob@example.org"]).succeeded(), "deactivated bob@example.org\n");
}

#[test]
fn accounts_in_memory_would_end_with_the_command_so_it_refuses() {
    let finished = TestDir::new().run_with(&["user", "list"], &[("BACKEND_DATABASE_URL", "sqlite://")]);
    assert!(matches!(finished.failed(2)[..], [line] if line.contains("BACKEND_DATABASE_URL")), "{finished:?}");
}

/// A table of the Python service may hold both.
#[test]
fn of_two_addresses_that_look_alike_an_operator_means_the_one_that_is_typed() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let look_alike = "INSERT INTO users (email, hashed_password) VALUES ('ＡＤＡ@example.org', 'unknown')";
    run_sql(&server.test_dir, look_alike);
    let states = || {
        let list = server.test_dir.run(&["user", "list"]).succeeded();
        rows(&list).into_iter().map(|row| row[1].to_owned()).collect::<Vec<_>>()
    };
    server.deactivate("ＡＤＡ@example.org");
    assert_eq!(states(), ["active", "inactive"]);
    server.deactivate("Ada@Example.org");
    assert_eq!(states(), ["inactive", "inactive"]);
}

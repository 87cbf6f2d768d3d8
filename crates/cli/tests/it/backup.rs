//! `workflow-server backup`, and how its copy is put back.

use std::fs;

use crate::support::{EMAIL, ON_SQLITE, PASSWORD, Server, TestDir};

#[test]
fn a_backup_of_a_running_server_can_be_served() {
    let server = Server::with(&[ON_SQLITE]);
    server.token_of(EMAIL, PASSWORD);
    let said = server.test_dir.run_with(&["backup", "copy.db"], &[ON_SQLITE]).succeeded();
    assert_eq!(said, "copied the database to copy.db\n");
    server.token_of("later@example.org", PASSWORD);

    let restored = TestDir::new();
    fs::copy(server.test_dir.path().join("copy.db"), restored.path().join("app.db")).unwrap();
    let server = restored.serve(&[ON_SQLITE]);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
    assert_eq!(server.login("later@example.org", PASSWORD).status, 400);
}

#[test]
fn a_backup_overwrites_nothing() {
    let server = Server::with(&[ON_SQLITE]);
    server.test_dir.file("copy.db", "precious");
    let finished = server.test_dir.run_with(&["backup", "copy.db"], &[ON_SQLITE]);
    assert_eq!(finished.failed(1).len(), 1, "{finished:?}");
    assert_eq!(fs::read_to_string(server.test_dir.path().join("copy.db")).unwrap(), "precious");
}

#[test]
fn a_backup_of_nothing_is_a_failure_and_makes_nothing() {
    let test_dir = TestDir::new();
    let finished = test_dir.run_with(&["backup", "copy.db"], &[ON_SQLITE]);
    assert_eq!(finished.failed(1).len(), 1, "{finished:?}");
    assert_eq!(fs::read_dir(test_dir.path()).unwrap().count(), 0);
}

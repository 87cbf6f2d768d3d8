//! `workflow-server backup`, and how its copy is put back.

use std::fs;

use crate::support::{EMAIL, ON_SQLITE, PASSWORD, Server, Workplace};

#[test]
fn a_backup_of_a_running_server_can_be_served() {
    let server = Server::with(&[ON_SQLITE]);
    server.token_of(EMAIL, PASSWORD);
    let said = server.workplace.run_with(&["backup", "copy.db"], &[ON_SQLITE]).succeeded();
    assert_eq!(said, "copied the database to copy.db\n");
    server.token_of("later@example.org", PASSWORD);

    let restored = Workplace::new();
    fs::copy(server.workplace.path().join("copy.db"), restored.path().join("app.db")).unwrap();
    let server = restored.serve(&[ON_SQLITE]);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
    assert_eq!(server.login("later@example.org", PASSWORD).status, 400);
}

#[test]
fn a_backup_overwrites_nothing() {
    let server = Server::with(&[ON_SQLITE]);
    server.workplace.file("copy.db", "precious");
    let finished = server.workplace.run_with(&["backup", "copy.db"], &[ON_SQLITE]);
    assert_eq!(finished.failed(1).len(), 1, "{finished:?}");
    assert_eq!(fs::read_to_string(server.workplace.path().join("copy.db")).unwrap(), "precious");
}

#[test]
fn a_backup_of_nothing_is_a_failure_and_makes_nothing() {
    let workplace = Workplace::new();
    let finished = workplace.run_with(&["backup", "copy.db"], &[ON_SQLITE]);
    assert_eq!(finished.failed(1).len(), 1, "{finished:?}");
    assert_eq!(fs::read_dir(workplace.path()).unwrap().count(), 0);
}

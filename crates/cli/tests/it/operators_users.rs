//! What operators see of accounts, and what they end.

use serde_json::{Value, json};

use crate::support::{EMAIL, Mailbox, PASSWORD, Server, TestDir};

const ADMIN: &str = "admin@example.org";

fn objects(test_dir: &TestDir, arguments: &[&str]) -> Value {
    serde_json::from_str(&test_dir.run(&[arguments, &["--json"]].concat()).succeeded()).unwrap()
}

fn migrated() -> TestDir {
    let test_dir = TestDir::new();
    test_dir.run(&["migrate"]).succeeded();
    test_dir
}

fn actions_about(test_dir: &TestDir, user: &str) -> Vec<String> {
    let entries = objects(test_dir, &["audit", "list", "--subject", user, "--actor", "operator:command-line"]);
    entries.as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_admin_is_made_and_is_the_last() {
    let server = Server::start();
    let test_dir = &server.test_dir;
    test_dir.run_reading(&["user", "create", ADMIN, "--admin"], PASSWORD).succeeded();
    let token = server.login(ADMIN, PASSWORD).token();
    assert_eq!(server.me(&token).json()["data"]["roles"], json!(["admin"]));
    for arguments in [&["delete", ADMIN, "--yes"][..], &["revoke", ADMIN, "admin"], &["deactivate", ADMIN]] {
        let refused = test_dir.run(&[&["user"], arguments].concat());
        assert_eq!(refused.failed(1).len(), 1, "{refused:?}");
    }
    assert_eq!(server.me(&token).status, 200);
}

#[test]
fn an_account_is_shown_alone_and_in_the_list() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let test_dir = &server.test_dir;
    test_dir.run(&["user", "grant", EMAIL, "admin"]).succeeded();
    let (list, shown) = (objects(test_dir, &["user", "list"]), objects(test_dir, &["user", "show", "ADA@example.org"]));
    assert_eq!(list, shown);
    assert_eq!(
        (&list[0]["id"], &list[0]["roles"], &list[0]["has_password"]),
        (&json!(1), &json!(["admin"]), &json!(true))
    );
    let text = test_dir.run(&["user", "show", "1"]).succeeded();
    assert!(text.contains("email           ada@example.org\n") && text.contains("display name    -\n"), "{text}");
    let table = test_dir.run(&["user", "list"]).succeeded();
    let columns: Vec<_> = table.lines().map(|line| line.find("admin").or(line.find("ROLES")).unwrap()).collect();
    assert_eq!(columns[0], columns[1], "{table}");
    assert_eq!(objects(&migrated(), &["user", "list"]), json!([]));
}

#[test]
fn an_operator_sees_and_ends_the_sessions_of_a_user() {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    server.login(EMAIL, PASSWORD).token();
    let test_dir = &server.test_dir;
    let sessions = objects(test_dir, &["user", "sessions", EMAIL]);
    assert_eq!(sessions.as_array().unwrap().len(), 2);
    assert_eq!(sessions[0]["address"], "127.0.0.0/24");
    let table = test_dir.run(&["user", "sessions", EMAIL]).succeeded();
    assert!(table.lines().count() == 3 && table.contains(sessions[0]["id"].as_str().unwrap()), "{table}");
    let ended = test_dir.run(&["user", "logout", EMAIL]).succeeded();
    assert_eq!(ended, "sessions of ada@example.org that were ended: 2\n");
    server.me_refused_soon(&token);
    assert_eq!(objects(test_dir, &["user", "sessions", EMAIL]), json!([]));
    assert_eq!(actions_about(test_dir, "user:1"), ["auth.logout_all"]);
}

#[test]
fn an_account_is_deleted_when_that_is_meant() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let test_dir = &server.test_dir;
    let unsure = test_dir.run(&["user", "delete", EMAIL]);
    assert!(matches!(unsure.failed(2)[..], [line] if line.contains("--yes")), "{unsure:?}");
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
    assert_eq!(test_dir.run(&["user", "delete", EMAIL, "--yes"]).succeeded(), "deleted ada@example.org\n");
    assert_eq!(server.login(EMAIL, PASSWORD).status, 400);
    assert_eq!(actions_about(test_dir, "user:1"), ["user.delete"]);
    let again = test_dir.run(&["user", "delete", EMAIL, "--yes"]);
    assert!(matches!(again.failed(1)[..], [line] if line.contains("has no account")), "{again:?}");
}

#[test]
fn an_invited_user_sets_the_first_password() {
    let mut mailbox = Mailbox::open();
    let server = Server::with(&mailbox.settings());
    let run = |arguments: &[&str]| server.test_dir.run_with(arguments, &mailbox.settings());
    assert_eq!(run(&["user", "create", EMAIL, "--invite"]).succeeded(), "created user 1 ada@example.org\n");
    // Written a moment ago: no second mail goes out.
    assert_eq!(run(&["user", "invite", EMAIL]).succeeded(), "invited ada@example.org\n");
    let mail = mailbox.next();
    assert!(mail.text().contains("/invite#token="), "{}", mail.text());
    let body = json!({ "token": mail.token(), "new_password": PASSWORD });
    assert_eq!(server.post("/api/v1/auth/password/reset", &body).status, 200);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

#[test]
fn nobody_is_invited_where_there_is_no_mail() {
    let test_dir = migrated();
    for arguments in [["user", "create", EMAIL, "--invite"].as_slice(), &["user", "invite", EMAIL]] {
        let refused = test_dir.run(arguments);
        assert!(matches!(refused.failed(1)[..], [line] if line.contains("BACKEND_SMTP_URL")), "{refused:?}");
    }
    assert_eq!(objects(&test_dir, &["user", "list"]), json!([]));
}

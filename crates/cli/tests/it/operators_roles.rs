//! Roles from the command line.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{EMAIL, PASSWORD, Server, TestDir};

fn objects(test_dir: &TestDir, arguments: &[&str]) -> Value {
    serde_json::from_str(&test_dir.run(&[arguments, &["--json"]].concat()).succeeded()).unwrap()
}

fn permissions_of(server: &Server, token: &str) -> Value {
    server.me(token).json()["data"]["permissions"].clone()
}

#[test]
fn an_operator_makes_changes_and_deletes_a_role() {
    let server = Server::start();
    let (token, test_dir) = (server.token_of(EMAIL, PASSWORD), &server.test_dir);
    let run = |arguments: &[&str]| test_dir.run(&[&["role"], arguments].concat()).succeeded();
    let created = ["create", "support", "--permission", "users.read", "--permission", "audit.read"];
    assert_eq!(run(&[&created[..], &["--description", "Answers the users"]].concat()), "created role support\n");
    test_dir.run(&["user", "grant", EMAIL, "support"]).succeeded();
    let role = objects(test_dir, &["role", "show", "support"]);
    assert_eq!(role.as_array().unwrap().len(), 1);
    assert_eq!(role[0]["permissions"], json!(["users.read", "audit.read"]));
    assert_eq!((&role[0]["description"], &role[0]["is_built_in"]), (&json!("Answers the users"), &json!(false)));

    assert_eq!(run(&["update", "support", "--permission", "mail.read"]), "updated role support\n");
    let role = objects(test_dir, &["role", "show", "support"]);
    assert_eq!(
        (&role[0]["permissions"], &role[0]["description"]),
        (&json!(["mail.read"]), &json!("Answers the users"))
    );
    run(&["update", "support", "--description", ""]);
    let shown = run(&["show", "support"]);
    assert!(shown.contains("description  -\n") && shown.contains("permissions  mail.read\n"), "{shown}");
    run(&["update", "support", "--no-permissions"]);
    assert!(run(&["show", "support"]).contains("permissions  -\n"));

    assert_eq!(run(&["delete", "support"]), "deleted role support\n");
    assert_eq!(permissions_of(&server, &token), json!([]));
    let names: Vec<_> =
        objects(test_dir, &["role", "list"]).as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["admin", "user"]);
    let list = run(&["list"]);
    assert!(list.starts_with("NAME   CREATED ") && list.lines().count() == 3, "{list}");
    let acts = objects(test_dir, &["audit", "list", "--subject", "role:support"]);
    let acts: Vec<_> = acts.as_array().unwrap().iter().map(|act| act["action"].as_str().unwrap()).collect();
    assert_eq!(acts, ["role.delete", "role.update", "role.update", "role.update", "role.create"]);
}

#[rstest]
#[case::built_in(&["delete", "admin"], 1)]
#[case::missing(&["show", "nobody"], 1)]
#[case::missing_to_change(&["update", "nobody", "--no-permissions"], 1)]
#[case::name(&["create", "Support"], 2)]
#[case::permission(&["create", "support", "--permission", "users.fly"], 2)]
#[case::description(&["create", "support", "--description", "two\nlines"], 2)]
fn a_role_that_cannot_be_is_refused(#[case] arguments: &[&str], #[case] code: i32) {
    let test_dir = TestDir::new();
    test_dir.run(&["migrate"]).succeeded();
    let finished = test_dir.run(&[&["role"], arguments].concat());
    assert!(!finished.failed(code).is_empty(), "{finished:?}");
}

#[test]
fn a_role_is_made_once() {
    let test_dir = TestDir::new();
    test_dir.run(&["migrate"]).succeeded();
    test_dir.run(&["role", "create", "support"]).succeeded();
    let again = test_dir.run(&["role", "create", "support"]);
    assert!(matches!(again.failed(1)[..], [line] if line.contains("there is such a role")), "{again:?}");
}

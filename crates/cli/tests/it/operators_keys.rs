//! Service accounts and API keys from the command line.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{EMAIL, PASSWORD, Server, TestDir, eventually, post, send};

const NOBODY: &str = "b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35";

fn objects(test_dir: &TestDir, arguments: &[&str]) -> Vec<Value> {
    serde_json::from_str(&test_dir.run(&[arguments, &["--json"]].concat()).succeeded()).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Action, actor, details of each entry about a subject, the newest first.
fn acts(test_dir: &TestDir, subject: &str) -> Vec<(String, String)> {
    let entries = objects(test_dir, &["audit", "list", "--subject", subject]);
    let act = |entry: &Value| {
        assert_eq!(entry["actor"], json!({ "type": "operator", "id": "command-line" }));
        (text(&entry["action"]).to_owned(), text(&entry["outcome"]).to_owned())
    };
    entries.iter().map(act).collect()
}

fn status_of(server: &Server, key: &str) -> u16 {
    send(server.request("GET", "/api/v1/users").header("X-API-Key", key)).status
}

#[test]
fn a_service_account_and_its_key_live_as_operators_say() {
    let server = Server::start();
    let test_dir = &server.test_dir;
    let run = |arguments: &[&str]| test_dir.run(arguments).succeeded();
    let made = objects(test_dir, &["service-account", "create", "billing", "--permission", "users.read"]);
    let id = text(&made[0]["id"]);
    assert_eq!((&made[0]["name"], &made[0]["permissions"]), (&json!("billing"), &json!(["users.read"])));
    let printed = run(&["key", "create", id, "production"]);
    let key = printed.trim_end();
    assert!(key.starts_with("ore_ak_") && printed == format!("{key}\n"), "the text stands alone");
    assert_eq!(status_of(&server, key), 200);

    let listed = objects(test_dir, &["key", "list", "--service-account", id]);
    let [object] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!(object["owner"], json!({ "type": "service_account", "id": id }));
    assert_eq!((text(&object["prefix"]), &object["permissions"]), (&key[..13], &json!(["users.read"])));
    let kid = text(&object["id"]);
    assert_eq!(objects(test_dir, &["key", "show", kid]), listed);
    assert!(!run(&["key", "list"]).contains(&key[13..]) && run(&["key", "show", kid]).contains("production"));

    run(&["service-account", "update", id, "--no-permissions", "--name", "idle"]);
    eventually(Duration::from_secs(10), || status_of(&server, key), 403);
    assert!(run(&["service-account", "show", id]).contains("permissions  -\n"));
    assert_eq!(run(&["key", "revoke", kid]), format!("revoked API key {kid}\n"));
    eventually(Duration::from_secs(10), || status_of(&server, key), 401);

    let other = objects(test_dir, &["key", "create", id, "other", "--expires-in-days", "1"]);
    let other = text(&other[0]["key"]).to_owned();
    assert_eq!(status_of(&server, &other), 403);
    assert_eq!(test_dir.run(&["service-account", "delete", id]).failed(2).len(), 1, "nobody can be asked");
    assert_eq!(run(&["service-account", "delete", id, "--yes"]), format!("deleted service account {id}\n"));
    eventually(Duration::from_secs(10), || status_of(&server, &other), 401);
    assert_eq!(run(&["service-account", "list"]), "");

    let done = |actions: &[&str]| actions.iter().map(|it| ((*it).to_owned(), "success".to_owned())).collect::<Vec<_>>();
    assert_eq!(acts(test_dir, &format!("api_key:{kid}")), done(&["key.delete", "key.create"]));
    let of_account = ["service_account.delete", "service_account.update", "service_account.create"];
    assert_eq!(acts(test_dir, &format!("service_account:{id}")), done(&of_account));
}

#[test]
fn keys_of_users_are_listed_and_revoked() {
    let server = Server::start();
    let (token, test_dir) = (server.token_of(EMAIL, PASSWORD), &server.test_dir);
    let made = post(&server, "/api/v1/api-keys", &token, &json!({ "name": "report", "permissions": [] })).json();
    let (kid, key) = (text(&made["data"]["id"]), text(&made["data"]["key"]));
    let account = objects(test_dir, &["service-account", "create", "billing"]);
    test_dir.run(&["key", "create", text(&account[0]["id"]), "production"]).succeeded();

    let all = objects(test_dir, &["key", "list"]);
    let names: Vec<_> = all.iter().map(|key| text(&key["name"])).collect();
    assert_eq!(names, ["production", "report"]);
    let of_user = objects(test_dir, &["key", "list", "--user", EMAIL]);
    assert_eq!((&of_user[..], &of_user[0]["owner"]), (&all[1..], &json!({ "type": "user", "id": "1" })));
    let table = test_dir.run(&["key", "list", "--user", "1"]).succeeded();
    assert!(table.starts_with("ID  ") && table.contains("user:1") && table.lines().count() == 2, "{table}");

    assert_eq!(server.me(key).status, 200);
    test_dir.run(&["key", "revoke", kid]).succeeded();
    eventually(Duration::from_secs(10), || server.me(key).status, 401);
    assert_eq!(test_dir.run(&["key", "revoke", kid]).failed(1).len(), 1);
    let outcomes: Vec<_> = objects(test_dir, &["audit", "list", "--subject", &format!("api_key:{kid}")])
        .iter()
        .map(|entry| (text(&entry["outcome"]).to_owned(), entry["details"]["owner"].clone()))
        .collect();
    let expected = [("failure", Value::Null), ("success", json!("user:1")), ("success", json!("user:1"))];
    assert_eq!(outcomes, expected.map(|(outcome, owner)| (outcome.to_owned(), owner)));
}

#[rstest]
#[case::key(&["key", "show", NOBODY], 1)]
#[case::key_to_revoke(&["key", "revoke", NOBODY], 1)]
#[case::owner(&["key", "list", "--service-account", NOBODY], 1)]
#[case::user(&["key", "list", "--user", EMAIL], 1)]
#[case::account_of_a_key(&["key", "create", NOBODY, "production"], 1)]
#[case::account(&["service-account", "show", NOBODY], 1)]
#[case::account_to_change(&["service-account", "update", NOBODY, "--name", "a"], 1)]
#[case::account_to_delete(&["service-account", "delete", NOBODY, "--yes"], 1)]
#[case::id(&["key", "revoke", "7"], 2)]
#[case::two_owners(&["key", "list", "--user", EMAIL, "--service-account", NOBODY], 2)]
#[case::days(&["key", "create", NOBODY, "production", "--expires-in-days", "366"], 2)]
#[case::blank(&["key", "create", NOBODY, " "], 2)]
#[case::name(&["service-account", "create", "two\nlines"], 2)]
#[case::permission(&["service-account", "create", "billing", "--permission", "users.fly"], 2)]
fn what_is_not_there_or_cannot_be_is_refused(#[case] arguments: &[&str], #[case] code: i32) {
    let test_dir = TestDir::new();
    test_dir.run(&["migrate"]).succeeded();
    assert!(!test_dir.run(arguments).failed(code).is_empty());
}

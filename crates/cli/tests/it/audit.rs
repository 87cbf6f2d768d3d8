//! What acts leave in the audit log, and how operators find a change of it.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::legacy_tokens::run_sql;
use crate::support::{Answer, EMAIL, Mailbox, PASSWORD, Server, ServerProcess, TestDir, send, with_admin};

const NEW_PASSWORD: &str = "another horse battery";
const WRONG: &str = "wrong horse battery";
const NOBODY: &str = "nobody@example.org";
const LOG_IN: &str = "/api/v1/auth/login";
const REGISTER: &str = "/api/v1/auth/register";
const REFRESH: &str = "/api/v1/auth/refresh";

/// One call of which the audit log tells by its id.
fn call(server: &Server, id: &str, (method, path): (&str, &str), token: Option<&str>, body: &Value) -> Answer {
    let request = server.request(method, path).header("X-Request-ID", id);
    let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
    send(if body.is_null() { request } else { request.json(body) })
}

fn list(test_dir: &TestDir, arguments: &[&str]) -> Vec<Value> {
    let listed = test_dir.run(&[&["audit", "list", "--json", "--limit", "1000"], arguments].concat()).succeeded();
    serde_json::from_str(&listed).unwrap()
}

/// Each entry by the id of its request, in short.
fn entries_by_request(test_dir: &TestDir) -> HashMap<String, String> {
    let entries = list(test_dir, &[]).into_iter();
    let of_request = entries.filter_map(|entry| Some((entry["request_id"].as_str()?.to_owned(), short(&entry))));
    of_request.collect()
}

/// Action, outcome, reason, actor, subject.
fn short(entry: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let party = |party: &Value| {
        if party.is_null() { "-".to_owned() } else { [&party["type"], &party["id"]].map(text).join(":") }
    };
    let [action, outcome, reason] = ["action", "outcome", "reason"].map(|name| text(&entry[name]));
    [action, outcome, reason, party(&entry["actor"]), party(&entry["subject"])].join(" ")
}

fn log_in(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

fn refresh_token(answer: &Answer) -> Value {
    json!({ "refresh_token": answer.json()["data"]["refresh_token"] })
}

fn session_of(server: &Server, token: &str) -> String {
    let sessions = send(server.request("GET", "/api/v1/auth/sessions").bearer_auth(token)).json();
    let items = sessions["data"]["items"].as_array().unwrap().clone();
    items.iter().find(|session| session["is_current"] == true).unwrap()["id"].as_str().unwrap().to_owned()
}

/// What is presented without a session.
fn present_credentials(server: &Server) -> Answer {
    let first = call(server, "registered", ("POST", REGISTER), None, &log_in(EMAIL, PASSWORD));
    call(server, "taken", ("POST", REGISTER), None, &log_in(EMAIL, PASSWORD));
    call(server, "good", ("POST", LOG_IN), None, &log_in(EMAIL, PASSWORD));
    call(server, "wrong", ("POST", LOG_IN), None, &log_in(EMAIL, WRONG));
    call(server, "unknown", ("POST", LOG_IN), None, &log_in(NOBODY, WRONG));
    let second = call(server, "refreshed", ("POST", REFRESH), None, &refresh_token(&first));
    let third = call(server, "refreshed", ("POST", REFRESH), None, &refresh_token(&second));
    call(server, "reused", ("POST", REFRESH), None, &refresh_token(&first));
    call(server, "ended", ("POST", REFRESH), None, &refresh_token(&third));
    call(server, "forgot", ("POST", "/api/v1/auth/password/forgot"), None, &json!({ "email": EMAIL }));
    call(server, "forgot-nobody", ("POST", "/api/v1/auth/password/forgot"), None, &json!({ "email": NOBODY }));
    call(server, "resend", ("POST", "/api/v1/auth/email/resend"), None, &json!({ "email": EMAIL }));
    let bad = json!({ "token": "ore_mt_none", "new_password": NEW_PASSWORD });
    call(server, "bad-reset", ("POST", "/api/v1/auth/password/reset"), None, &bad);
    call(server, "bad-verify", ("POST", "/api/v1/auth/email/verify"), None, &json!({ "token": "ore_mt_none" }));
    server.login(EMAIL, PASSWORD)
}

/// What a user does in a session.
fn act_in_session(server: &Server, token: &str) {
    let post = |id: &str, path: &str, body: &Value| call(server, id, ("POST", path), Some(token), body);
    let change = |current: &str| json!({ "current_password": current, "new_password": NEW_PASSWORD });
    post("bad-change", "/api/v1/auth/password/change", &change(WRONG));
    post("change", "/api/v1/auth/password/change", &change(PASSWORD));
    post("bad-again", "/api/v1/auth/reauthenticate", &json!({ "password": WRONG }));
    let email = |password: &str| json!({ "new_email": "ada@example.com", "password": password });
    post("bad-email", "/api/v1/auth/email/change", &email(WRONG));
    post("email", "/api/v1/auth/email/change", &email(NEW_PASSWORD));
    call(server, "profile", ("PATCH", "/api/v1/auth/me"), Some(token), &json!({ "display_name": "Ada Lovelace" }));
    call(server, "export", ("GET", "/api/v1/auth/me/export"), Some(token), &Value::Null);
    let elsewhere = server.login(EMAIL, NEW_PASSWORD).token();
    let path = format!("/api/v1/auth/sessions/{}", session_of(server, &elsewhere));
    call(server, "end", ("DELETE", &path), Some(token), &Value::Null);
    call(server, "end-again", ("DELETE", &path), Some(token), &Value::Null);
    let leaving = server.login(EMAIL, NEW_PASSWORD).token();
    call(server, "logout", ("POST", "/api/v1/auth/logout"), Some(&leaving), &Value::Null);
    post("logout-all", "/api/v1/auth/logout-all", &json!({ "keep_current": true }));
    post("again", "/api/v1/auth/reauthenticate", &json!({ "password": NEW_PASSWORD }));
}

const ACTS: [(&str, &str); 27] = [
    ("registered", "auth.register success - user:1 user:1"),
    ("taken", "auth.register failure address_taken - -"),
    ("good", "auth.login success - user:1 user:1"),
    ("wrong", "auth.login failure wrong_password - user:1"),
    ("unknown", "auth.login failure unknown_address - -"),
    ("reused", "auth.refresh_reuse failure reused - user:1"),
    ("ended", "auth.refresh failure ended - user:1"),
    ("forgot", "password.forgot success - - user:1"),
    ("forgot-nobody", "password.forgot success - - -"),
    ("resend", "email.resend success - - user:1"),
    ("bad-reset", "password.reset failure invalid_token - -"),
    ("bad-verify", "email.verify failure invalid_token - -"),
    ("unproven", "email.verify denied sign_in_required - user:1"),
    ("verify", "email.verify success - user:1 user:1"),
    ("bad-change", "password.change failure wrong_password user:1 user:1"),
    ("change", "password.change success - user:1 user:1"),
    ("bad-again", "auth.reauthenticate failure wrong_password user:1 user:1"),
    ("bad-email", "email.change failure wrong_password user:1 user:1"),
    ("email", "email.change success - user:1 user:1"),
    ("profile", "user.update success - user:1 user:1"),
    ("export", "user.export success - user:1 user:1"),
    ("end", "session.end success - user:1 user:1"),
    ("end-again", "session.end failure not_found user:1 user:1"),
    ("logout", "auth.logout success - user:1 user:1"),
    ("logout-all", "auth.logout_all success - user:1 user:1"),
    ("again", "auth.reauthenticate success - user:1 user:1"),
    ("reset", "password.reset success - user:1 user:1"),
];

#[test]
fn every_act_with_credentials_leaves_an_entry_and_a_deleted_user_no_trace() {
    let mut mailbox = Mailbox::open();
    let server = ServerProcess::with(&mailbox.settings());
    let token = present_credentials(&server).token();
    let mails: Vec<_> = (0..3).map(|_| mailbox.next()).collect();
    let link = |text: &str| mails.iter().find(|mail| mail.text().contains(text)).unwrap().token();
    let verify = json!({ "token": link("/verify#") });
    call(&server, "unproven", ("POST", "/api/v1/auth/email/verify"), None, &verify);
    call(&server, "verify", ("POST", "/api/v1/auth/email/verify"), Some(&token), &verify);
    let reset = json!({ "token": link("/reset#"), "new_password": PASSWORD });
    call(&server, "reset", ("POST", "/api/v1/auth/password/reset"), None, &reset);
    act_in_session(&server, &server.login(EMAIL, PASSWORD).token());

    let found = entries_by_request(&server.test_dir);
    let expected: HashMap<_, _> = ACTS.into_iter().map(|(id, entry)| (id.to_owned(), entry.to_owned())).collect();
    let is_named = |id: &&String| expected.contains_key(*id) || !id.contains("-7");
    let named: HashMap<_, _> =
        found.iter().filter(|(id, _)| is_named(id)).map(|(id, entry)| (id.clone(), entry.clone())).collect();
    assert_eq!(named, expected);

    let deletion = call(
        &server,
        "delete",
        ("DELETE", "/api/v1/auth/me"),
        Some(&server.login(EMAIL, NEW_PASSWORD).token()),
        &Value::Null,
    );
    assert_eq!(deletion.status, 200);
    let left = server.test_dir.run(&["audit", "export", "-"]).succeeded();
    assert!(!left.contains("Lovelace") && !left.contains("@example"), "{left}");
    let of_user = list(&server.test_dir, &["--subject", "user:1"]);
    assert_eq!(short(&of_user[0]), "user.delete success - user:1 user:1");
    let personal = ["address", "user_agent", "request_id", "details"];
    assert!(of_user.iter().all(|entry| personal.iter().all(|field| entry[*field].is_null())), "{of_user:?}");
    let test_dir = server.test_dir.clone();
    server.stop();
    assert!(test_dir.run(&["audit", "verify"]).succeeded().contains(" sealed entries are in order\nhead "));
}

#[test]
fn an_unknown_address_is_told_by_a_name_and_each_entry_says_from_where() {
    let server = Server::start();
    call(&server, "unknown", ("POST", LOG_IN), None, &log_in(NOBODY, WRONG));
    let entries = list(&server.test_dir, &["--outcome", "failure", "--action", "auth.login"]);
    let [entry] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!(entry["details"]["account"].as_str().unwrap().len(), 22);
    assert_eq!((&entry["address"], &entry["request_id"]), (&json!("127.0.0.0/24"), &json!("unknown")));
    let metrics = server.metrics();
    let counted = r#"auth_outcomes_total{action="auth.login",outcome="failure",reason="unknown_address"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");
}

#[test]
fn a_call_without_its_permission_is_denied_and_told() {
    let (server, admin) = with_admin(&[]);
    let token = server.token_of(EMAIL, PASSWORD);
    call(&server, "list", ("GET", "/api/v1/users?limit=1"), Some(&token), &Value::Null);
    call(&server, "delete", ("DELETE", "/api/v1/users/1"), Some(&token), &Value::Null);
    let account = json!({ "name": "billing", "permissions": ["keys.write"] });
    let account = call(&server, "account", ("POST", "/api/v1/service-accounts"), Some(&admin), &account);
    let keys = format!("/api/v1/{}/keys", account.header("location").unwrap());
    let key = call(&server, "key", ("POST", &keys), Some(&admin), &json!({ "name": "a" })).json();
    let key = key["data"]["key"].as_str().unwrap();
    assert_eq!(call(&server, "by-key", ("POST", &keys), Some(key), &json!({ "name": "b" })).status, 403);

    let found = entries_by_request(&server.test_dir);
    for id in ["list", "delete"] {
        assert_eq!(found[id], "auth.authorize denied missing_permission user:2 -", "{id}");
    }
    let id = account.json()["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(found["by-key"], format!("auth.authorize denied session_required service_account:{id} -"));
    let entries = list(&server.test_dir, &["--action", "auth.authorize", "--actor", "user:2"]);
    let details: Vec<_> = entries.iter().map(|entry| &entry["details"]).collect();
    let delete = json!({ "permission": "users.write", "call": "DELETE /api/v1/users/{id}" });
    assert_eq!(details, [&delete, &json!({ "permission": "users.read", "call": "GET /api/v1/users" })]);
    let counted = r#"auth_outcomes_total{action="auth.authorize",outcome="denied",reason="missing_permission"} 2"#;
    let metrics = server.metrics();
    assert!(metrics.contains(counted), "{metrics}");
}

#[test]
fn a_flood_of_denied_calls_leaves_no_more_entries_than_log_ins_that_fail() {
    let limits = [
        ("BACKEND_RATE_LIMIT_ENABLED", "true"),
        ("BACKEND_RATE_LIMIT_ADDRESS_BURST", "5"),
        ("BACKEND_RATE_LIMIT_ADDRESS_PER_MINUTE", "1"),
    ];
    let server = Server::with(&limits);
    let token = server.token_of(EMAIL, PASSWORD);
    for _ in 0..20 {
        let answer = call(&server, "flood", ("GET", "/api/v1/users"), Some(&token), &Value::Null);
        assert_eq!((answer.status, &answer.json()["details"]["reason"]), (403, &json!("MISSING_PERMISSION")));
    }
    let entries = list(&server.test_dir, &["--action", "auth.authorize"]).len();
    assert!((5..=6).contains(&entries), "{entries}");
    // The owner of the address can still log in.
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

#[test]
fn what_is_not_allowed_is_denied() {
    let closed = Server::with(&[("BACKEND_REGISTRATION", "closed")]);
    call(&closed, "closed", ("POST", REGISTER), None, &log_in(EMAIL, PASSWORD));
    assert_eq!(entries_by_request(&closed.test_dir)["closed"], "auth.register denied registration_closed - -");
    let throttling = [("BACKEND_RATE_LIMIT_ENABLED", "true"), ("BACKEND_RATE_LIMIT_ADDRESS_BURST", "1000")];
    let server = Server::with(&throttling);
    for number in 0..6 {
        call(&server, &format!("try-{number}"), ("POST", LOG_IN), None, &log_in(NOBODY, WRONG));
    }
    let found = entries_by_request(&server.test_dir);
    assert_eq!(found["try-4"], "auth.login failure unknown_address - -");
    assert_eq!(found["try-5"], "auth.login denied throttled - -");
    server.token_of(EMAIL, PASSWORD);
    server.deactivate(EMAIL);
    call(&server, "disabled", ("POST", LOG_IN), None, &log_in(EMAIL, PASSWORD));
    assert_eq!(entries_by_request(&server.test_dir)["disabled"], "auth.login denied disabled - user:1");
}

#[test]
fn commands_of_operators_leave_entries() {
    let test_dir = TestDir::new();
    test_dir.run_reading(&["user", "create", EMAIL], PASSWORD).succeeded();
    test_dir.run_reading(&["user", "create", EMAIL], PASSWORD).failed(1);
    test_dir.run_reading(&["user", "set-password", EMAIL], NEW_PASSWORD).succeeded();
    for action in ["unlock", "deactivate", "activate"] {
        test_dir.run(&["user", action, EMAIL]).succeeded();
    }
    test_dir.run(&["user", "unlock", NOBODY]).failed(1);
    let entries: Vec<_> = list(&test_dir, &["--actor", "operator:command-line"]).iter().rev().map(short).collect();
    let by_operator = |entry: &str| entry.replace("OP", "operator:command-line");
    let expected = [
        "user.create success - OP user:1",
        "user.create failure address_taken OP -",
        "password.set success - OP user:1",
        "user.unlock success - OP user:1",
        "user.deactivate success - OP user:1",
        "user.activate success - OP user:1",
        "user.unlock failure not_found OP -",
    ];
    assert_eq!(entries, expected.map(by_operator));
}

#[test]
fn a_change_is_found_by_the_command_line_and_the_head_is_told() {
    let server = ServerProcess::start();
    server.token_of(EMAIL, PASSWORD);
    call(&server, "wrong", ("POST", LOG_IN), None, &log_in(EMAIL, WRONG));
    let test_dir = server.test_dir.clone();
    let log = server.stop();
    let head = log.wait_for(|line| line["audit_head"].as_str().is_some_and(|head| head.starts_with("2:")));
    let head = head["audit_head"].as_str().unwrap();
    let verified = test_dir.run(&["audit", "verify", "--head", head]).succeeded();
    assert_eq!(verified, format!("2 sealed entries are in order\nhead {head}\n"));
    run_sql(&test_dir, "UPDATE audit_log SET outcome = 'success' WHERE reason = 'wrong_password'");
    let finished = test_dir.run(&["audit", "verify"]);
    assert_eq!(finished.failed(1), ["entry 2 (id 2) was changed"]);
    run_sql(&test_dir, "DELETE FROM audit_log");
    run_sql(&test_dir, "UPDATE audit_chain SET seal_number = 0, seal = mac");
    assert_eq!(test_dir.run(&["audit", "verify"]).succeeded(), "0 sealed entries are in order\nhead 0:\n");
    assert_eq!(
        test_dir.run(&["audit", "verify", "--head", head]).failed(1),
        ["entry 1 was cut off, with all after it"]
    );
    assert_eq!(test_dir.run(&["audit", "verify", "--head", "2"]).code, Some(2));
}

#[test]
fn entries_are_sealed_within_a_second_and_the_head_is_among_the_metrics() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let has_head = || if server.metrics().contains("\naudit_head{hmac=\"") { 200 } else { 404 };
    crate::support::eventually(std::time::Duration::from_secs(10), has_head, 200);
    let line = server.metrics().lines().find(|line| line.starts_with("audit_head{")).unwrap().to_owned();
    assert!(line.ends_with("\"} 1") && line.len() > 64, "{line}");
}

#[test]
fn an_export_is_a_file_that_its_owner_alone_reads_and_overwrites_none() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    server.login(EMAIL, PASSWORD);
    let export = || server.test_dir.run(&["audit", "export", "audit.jsonl"]);
    export().succeeded();
    let path = server.test_dir.path().join("audit.jsonl");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&path).unwrap();
    let actions: Vec<Value> =
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["action"].take()).collect();
    assert_eq!(actions, ["auth.register", "auth.login"]);
    assert!(matches!(export().failed(1)[..], [line] if line.starts_with("audit.jsonl: ")));
}

//! API keys and service accounts, over HTTP.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, EMAIL, PASSWORD, Server, ServerProcess, call, eventually, post, send, with_admin};

const KEYS: &str = "/api/v1/api-keys";
const ACCOUNTS: &str = "/api/v1/service-accounts";
const ME: &str = "/api/v1/auth/me";
const USERS: &str = "/api/v1/users";

fn with_key(server: &Server, path: &str, key: &str) -> Answer {
    send(server.request("GET", path).header("X-API-Key", key))
}

/// The path of the new key and its text.
fn created(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 201, "{}", answer.text());
    let location = answer.header("location").unwrap().to_owned();
    (location, answer.json()["data"]["key"].as_str().unwrap().to_owned())
}

fn make_key(server: &Server, token: &str, permissions: &[&str]) -> (String, String) {
    let answer = post(server, KEYS, token, &json!({"name": "report", "permissions": permissions}));
    let (location, key) = created(&answer);
    (format!("/api/v1/{location}"), key)
}

fn make_account(server: &Server, token: &str, permissions: &[&str]) -> String {
    let answer = post(server, ACCOUNTS, token, &json!({"name": "billing", "permissions": permissions}));
    assert_eq!(answer.status, 201, "{}", answer.text());
    format!("/api/v1/{}", answer.header("location").unwrap())
}

fn make_account_key(server: &Server, token: &str, account: &str) -> (String, String) {
    let answer = post(server, &format!("{account}/keys"), token, &json!({"name": "production"}));
    let (location, key) = created(&answer);
    (format!("{account}/{location}"), key)
}

fn reason(answer: &Answer) -> (u16, String) {
    let json = answer.json();
    (answer.status, json["details"]["reason"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16, reason: &str) -> (u16, String) {
    (status, reason.to_owned())
}

fn assert_invalid(answer: &Answer) {
    assert_eq!(answer.status, 401, "{}", answer.text());
    assert_eq!(answer.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
}

#[test]
fn a_key_is_shown_once_and_listed_until_it_is_deleted() {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    let answer = post(&server, KEYS, &token, &json!({"name": "Bericht 报告", "permissions": [], "expires_in_days": 1}));
    let (location, key) = created(&answer);
    let mut shown = answer.json()["data"].clone();
    shown.as_object_mut().unwrap().remove("key");
    assert_eq!((shown["prefix"].as_str(), key.len()), (key.get(..13), 56));
    assert_eq!((&shown["name"], &shown["last_used_at"]), (&json!("Bericht 报告"), &Value::Null));
    let listed = call(&server, "GET", KEYS, &token);
    assert_eq!(listed.json()["data"]["items"], json!([shown]));
    assert_eq!(listed.header("cache-control"), Some("no-store"));
    assert!(!listed.text().contains(&key));

    assert_eq!(server.me(&key).status, 200);
    assert_eq!(with_key(&server, ME, &key).json()["data"]["email"], EMAIL);
    assert!(call(&server, "GET", KEYS, &token).json()["data"]["items"][0]["last_used_at"].is_string());
    let exported = call(&server, "GET", "/api/v1/auth/me/export", &token);
    assert_eq!(exported.json()["data"]["api_keys"][0]["id"], shown["id"]);

    let path = format!("/api/v1/{location}");
    let other = server.token_of("other@example.org", PASSWORD);
    assert_eq!(call(&server, "DELETE", &path, &other).status, 404);
    assert_eq!(call(&server, "DELETE", &path, &token).status, 200);
    assert_eq!(call(&server, "DELETE", &path, &token).status, 404);
    assert_invalid(&server.me(&key));
    assert_invalid(&with_key(&server, ME, &key));
    assert_eq!(call(&server, "GET", KEYS, &token).json()["data"]["items"], json!([]));
}

#[rstest]
#[case(json!({"name": "a"}), "permissions", "missing")]
#[case(json!({"name": "", "permissions": []}), "name", "string_too_short")]
#[case(json!({"name": "a".repeat(101), "permissions": []}), "name", "string_too_long")]
#[case(json!({"name": "a", "permissions": ["users.fly"]}), "permissions", "permission_unknown")]
#[case(json!({"name": "a", "permissions": [], "expires_in_days": 366}), "expires_in_days", "integer_out_of_range")]
fn what_is_no_key_is_not_made(#[case] body: Value, #[case] field: &str, #[case] code: &str) {
    let server = Server::start();
    let answer = post(&server, KEYS, &server.token_of(EMAIL, PASSWORD), &body);
    let error = &answer.json()["details"]["errors"][0];
    assert_eq!((answer.status, &error["field"], &error["code"]), (422, &field.into(), &code.into()));
}

#[test]
fn a_key_takes_a_session_that_has_just_authenticated() {
    let server = Server::with(&[("BACKEND_REAUTH_SECONDS", "1")]);
    let token = server.token_of(EMAIL, PASSWORD);
    let create = || post(&server, KEYS, &token, &json!({}));
    eventually(Duration::from_secs(5), || create().status, 401);
    let challenge = create().header("www-authenticate").unwrap().to_owned();
    assert!(challenge.contains("insufficient_user_authentication"), "{challenge}");
}

#[test]
fn a_key_comes_once_and_in_one_field() {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    let (_, key) = make_key(&server, &token, &[]);
    let me = || server.request("GET", ME);
    assert_eq!(send(me().header("X-API-Key", &key).header("X-API-Key", &key)).status, 400);
    assert_eq!(send(me().header("X-API-Key", &key).bearer_auth(&token)).status, 400);
    assert_eq!(send(me().header("X-API-Key", &key).header("Authorization", "Basic YTpi")).status, 400);
    for bad in [&token, "", "x.y.z", &key[..55], &format!("{key}0"), &key.replace("ore_ak_", "ore_rt_")] {
        assert_invalid(&send(me().header("X-API-Key", bad)));
    }
    // Another character has another checksum, and another secret is nobody's.
    let other = if key.ends_with('0') { "1" } else { "0" };
    assert_invalid(&server.me(&format!("{}{other}", &key[..55])));
}

#[test]
fn a_key_never_has_more_than_its_owner() {
    let (server, admin) = with_admin(&[]);
    let user = server.token_of(EMAIL, PASSWORD);
    let body = json!({"name": "a", "permissions": ["users.read"]});
    let answer = post(&server, KEYS, &user, &body);
    assert_eq!(reason(&answer), refused(403, "MISSING_PERMISSION"));
    assert_eq!(answer.json()["details"]["permission"], "users.read");

    let role = json!({"name": "support", "permissions": ["users.read", "audit.read"]});
    post(&server, "/api/v1/roles", &admin, &role);
    server.test_dir.grant(EMAIL, "support");
    let (_, key) = make_key(&server, &user, &["users.read"]);
    let (_, nothing) = make_key(&server, &user, &[]);
    assert_eq!(with_key(&server, USERS, &key).status, 200);
    assert_eq!(reason(&with_key(&server, USERS, &nothing)), refused(403, "MISSING_PERMISSION"));
    let change = server.request("PATCH", "/api/v1/roles/support").bearer_auth(&admin).header("If-Match", "*");
    assert_eq!(send(change.json(&json!({"permissions": ["audit.read"]}))).status, 200);
    assert_eq!(reason(&with_key(&server, USERS, &key)), refused(403, "MISSING_PERMISSION"));
    // An admin's key has what it names alone.
    let (_, key) = make_key(&server, &admin, &["users.read"]);
    let created = post(&server, USERS, &key, &json!({"email": "new@example.org"}));
    assert_eq!(created.json()["details"]["permission"], "users.write");
}

#[test]
fn a_key_touches_neither_credentials_nor_sessions_of_its_owner() {
    let (server, admin) = with_admin(&[]);
    let permissions = ["users.read", "users.write", "users.impersonate", "roles.write", "keys.read", "keys.write"];
    let more = ["audit.read", "tokens.verify", "mail.read"];
    let (path, key) = make_key(&server, &admin, &[&permissions[..], &more].concat());
    let own = format!("{USERS}/1");
    let account = make_account(&server, &admin, &[]);
    let id = path.rsplit('/').next().unwrap();
    for (method, path) in [
        ("POST", KEYS),
        ("GET", KEYS),
        ("DELETE", path.as_str()),
        ("DELETE", &format!("{own}/api-keys/{id}")),
        ("POST", &format!("{account}/keys")),
        ("PATCH", ME),
        ("DELETE", ME),
        ("GET", "/api/v1/auth/me/export"),
        ("POST", "/api/v1/auth/logout"),
        ("POST", "/api/v1/auth/logout-all"),
        ("GET", "/api/v1/auth/sessions"),
        ("POST", "/api/v1/auth/password/change"),
        ("POST", "/api/v1/auth/email/change"),
        ("POST", "/api/v1/auth/email/verify"),
        ("POST", "/api/v1/auth/reauthenticate"),
        ("PATCH", &own),
        ("DELETE", &own),
        ("POST", &format!("{own}/logout")),
        ("POST", &format!("{own}/unlock")),
        ("POST", &format!("{own}/password-reset")),
        ("POST", &format!("{own}/invitation")),
        ("DELETE", &format!("{own}/sessions/{id}")),
    ] {
        let body = json!({"name": "a", "display_name": "Eve"});
        let request = server.request(method, path).bearer_auth(&key).header("If-Match", "*").json(&body);
        assert_eq!(reason(&send(request)), refused(403, "SESSION_REQUIRED"), "{method} {path}");
    }
    // Of others it may do what it names.
    server.register(EMAIL, PASSWORD);
    assert_eq!(call(&server, "POST", &format!("{USERS}/2/logout"), &key).status, 200);
    assert_eq!(post(&server, ACCOUNTS, &key, &json!({"name": "a", "permissions": ["users.read"]})).status, 201);
}

#[test]
fn an_operator_ends_the_keys_of_a_user_within_a_second() {
    let server = Server::start();
    let (_, key) = make_key(&server, &server.token_of(EMAIL, PASSWORD), &[]);
    assert_eq!(server.me(&key).status, 200);
    server.deactivate(EMAIL);
    assert_invalid(&server.me_refused_soon(&key));
}

/// Both have the same database.
#[test]
fn a_key_that_is_deleted_on_one_replica_is_refused_by_the_other_within_a_second() {
    let server = Server::start();
    let other = server.test_dir.clone().serve(&[]);
    let token = server.token_of(EMAIL, PASSWORD);
    let (path, key) = make_key(&server, &token, &[]);
    assert_eq!(other.me(&key).status, 200);
    assert_eq!(call(&server, "DELETE", &path, &token).status, 200);
    assert_invalid(&other.me_refused_soon(&key));
}

#[test]
fn an_administrator_sees_and_deletes_the_keys_of_a_user() {
    let (server, admin) = with_admin(&[]);
    let user = server.token_of(EMAIL, PASSWORD);
    let (_, key) = make_key(&server, &user, &[]);
    let path = format!("{USERS}/2/api-keys");
    assert_eq!(reason(&call(&server, "GET", &path, &user)), refused(403, "MISSING_PERMISSION"));
    let items = call(&server, "GET", &path, &admin).json()["data"]["items"].clone();
    let id = items[0]["id"].as_str().unwrap();
    assert_eq!(call(&server, "GET", "/api/v1/users/99/api-keys", &admin).status, 404);
    assert_eq!(call(&server, "DELETE", &format!("{USERS}/1/api-keys/{id}"), &admin).status, 404);
    assert_eq!(call(&server, "DELETE", &format!("{path}/{id}"), &admin).status, 200);
    assert_invalid(&server.me(&key));
}

#[test]
fn the_audit_log_tells_who_made_and_deleted_a_key() {
    let (server, admin) = with_admin(&[]);
    let (path, key) = make_key(&server, &admin, &["users.read"]);
    let account = make_account(&server, &admin, &[]);
    make_account_key(&server, &admin, &account);
    assert_eq!(call(&server, "DELETE", &path, &admin).status, 200);
    let entries = |action: &str| {
        let answer = call(&server, "GET", &format!("/api/v1/audit?action={action}&sort=id"), &admin);
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(!answer.text().contains(&key));
        answer.json()["data"]["items"].clone()
    };
    let id = path.rsplit('/').next().unwrap();
    let created = entries("key.create");
    assert_eq!((created.as_array().unwrap().len(), &created[0]["outcome"]), (2, &json!("success")));
    assert_eq!((&created[0]["subject"]["id"], &created[0]["actor"]["id"]), (&json!(id), &json!("1")));
    assert_eq!(entries("key.delete")[0]["subject"]["id"], json!(id));
    assert_eq!(entries("service_account.create")[0]["subject"]["type"], "service_account");
}

#[test]
fn pages_of_keys_lead_to_each_other() {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    for _ in 0..3 {
        make_key(&server, &token, &[]);
    }
    let first = call(&server, "GET", &format!("{KEYS}?limit=2&count=true&sort=created_at"), &token);
    let data = first.json()["data"].clone();
    assert_eq!((data["items"].as_array().unwrap().len(), &data["total"]), (2, &json!(3)));
    let link = first.header("link").unwrap();
    let next = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
    let second = call(&server, "GET", &format!("{KEYS}{next}"), &token).json()["data"].clone();
    assert_eq!((second["items"].as_array().unwrap().len(), &second["next_cursor"]), (1, &Value::Null));
    assert_eq!(call(&server, "GET", &format!("{KEYS}?sort=name"), &token).status, 422);
}

#[test]
fn a_service_account_is_made_changed_and_deleted() {
    let (server, admin) = with_admin(&[]);
    let account = make_account(&server, &admin, &["users.read"]);
    let shown = call(&server, "GET", &account, &admin);
    let etag = shown.header("etag").unwrap().to_owned();
    assert_eq!(shown.json()["data"]["permissions"], json!(["users.read"]));
    assert_eq!(call(&server, "GET", ACCOUNTS, &admin).json()["data"]["items"], json!([shown.json()["data"]]));
    let patch = |if_match: Option<&str>, path: &str, body: &Value| {
        let request = server.request("PATCH", path).bearer_auth(&admin).json(body);
        send(if_match.into_iter().fold(request, |request, value| request.header("If-Match", value))).status
    };
    let nobody = format!("{ACCOUNTS}/00000000-0000-4000-8000-000000000000");
    assert_eq!(patch(None, &nobody, &json!({"name": 1})), 404);
    assert_eq!(patch(None, &account, &json!({"name": 1})), 428);
    assert_eq!(patch(Some("\"other\""), &account, &json!({"name": 1})), 412);
    assert_eq!(patch(Some(&etag), &account, &json!({"name": 1})), 422);
    let (_, key) = make_account_key(&server, &admin, &account);
    assert_eq!(with_key(&server, USERS, &key).status, 200);
    assert_eq!(patch(Some(&etag), &account, &json!({"permissions": []})), 200);
    assert_eq!(patch(Some(&etag), &account, &json!({"permissions": []})), 412);
    assert_eq!(reason(&with_key(&server, USERS, &key)), refused(403, "MISSING_PERMISSION"));
    let remove = || send(server.request("DELETE", &account).bearer_auth(&admin).header("If-Match", "*"));
    assert_eq!((remove().status, remove().status), (200, 404));
    assert_invalid(&with_key(&server, USERS, &key));
}

#[test]
fn a_service_account_is_no_user_and_outlives_its_maker() {
    let (server, admin) = with_admin(&[]);
    let maker = server.token_of(EMAIL, PASSWORD);
    server.test_dir.grant(EMAIL, "admin");
    let account = make_account(&server, &maker, &["users.read", "keys.read", "keys.write"]);
    let (path, key) = make_account_key(&server, &maker, &account);
    let listed = call(&server, "GET", &format!("{account}/keys"), &maker).json()["data"]["items"].clone();
    assert_eq!(listed[0]["permissions"], json!(["users.read", "keys.read", "keys.write"]));
    let remove = server.request("DELETE", "/api/v1/users/2").bearer_auth(&admin).header("If-Match", "*");
    assert_eq!(send(remove).status, 200);
    assert_eq!(with_key(&server, USERS, &key).status, 200);
    assert_eq!(reason(&with_key(&server, ME, &key)), refused(403, "NOT_A_USER"));
    assert_eq!(reason(&server.me(&key)), refused(403, "NOT_A_USER"));

    // It changes nothing about itself, and makes no keys.
    for (method, path) in [("DELETE", account.as_str()), ("DELETE", &path), ("POST", &format!("{account}/keys"))] {
        let request =
            server.request(method, path).bearer_auth(&key).header("If-Match", "*").json(&json!({"name": "a"}));
        assert_eq!(reason(&send(request)), refused(403, "SESSION_REQUIRED"), "{method} {path}");
    }
    assert_eq!(call(&server, "DELETE", &path, &admin).status, 200);
    assert_invalid(&with_key(&server, USERS, &key));
}

#[test]
fn who_lacks_what_a_service_account_may_do_neither_makes_nor_changes_it() {
    let (server, admin) = with_admin(&[]);
    let clerk = server.token_of(EMAIL, PASSWORD);
    post(&server, "/api/v1/roles", &admin, &json!({"name": "clerk", "permissions": ["keys.read", "keys.write"]}));
    server.test_dir.grant(EMAIL, "clerk");
    let account = make_account(&server, &admin, &["mail.read"]);
    let (key, _) = make_account_key(&server, &admin, &account);
    let body = json!({"name": "a", "permissions": ["mail.read"]});
    for (method, path) in [
        ("POST", ACCOUNTS),
        ("PATCH", account.as_str()),
        ("DELETE", account.as_str()),
        ("POST", &format!("{account}/keys")),
        ("DELETE", key.as_str()),
    ] {
        let request = server.request(method, path).bearer_auth(&clerk).header("If-Match", "*").json(&body);
        let answer = send(request);
        assert_eq!(reason(&answer), refused(403, "MISSING_PERMISSION"), "{method} {path}");
        assert_eq!(answer.json()["details"]["permission"], "mail.read");
    }
}

#[test]
fn neither_the_log_nor_the_metrics_tell_a_key() {
    let server = ServerProcess::with(&[("BACKEND_DEBUG", "true"), ("BACKEND_LOG_LEVEL", "DEBUG")]);
    let (_, key) = make_key(&server, &server.token_of(EMAIL, PASSWORD), &[]);
    with_key(&server, ME, &key);
    server.me(&key);
    with_key(&server, ME, &key[..55]);
    assert!(!server.metrics().contains(&key[..20]));
    let log = server.stop().text();
    assert!(log.contains("x-api-key: ********") && !log.contains(&key[..20]), "{log}");
}

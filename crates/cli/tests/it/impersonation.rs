//! Somebody acts as another user, over HTTP.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    Answer, EMAIL, PASSWORD, Server, ServerProcess, call, eventually, make_admin, post, send, with_admin,
};

const SESSIONS: &str = "/api/v1/auth/sessions";
const USERS: &str = "/api/v1/users";

fn impersonate(server: &Server, user: i64, token: &str) -> Answer {
    post(server, &format!("{USERS}/{user}/impersonate"), token, &json!({"reason": "Ticket 4711 工单"}))
}

/// With another user, and a token that speaks for them.
fn acting() -> (Server, String, String, String) {
    let (server, admin) = with_admin(&[]);
    let user = server.token_of(EMAIL, PASSWORD);
    let acting = impersonate(&server, 2, &admin).token();
    (server, admin, user, acting)
}

fn reason(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["details"]["reason"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16, reason: &str) -> (u16, String) {
    (status, reason.to_owned())
}

fn impersonations(page: &Answer) -> Vec<Value> {
    let items = page.json()["data"]["items"].as_array().unwrap().clone();
    items.into_iter().filter(|session| session.get("impersonator_id").is_some()).collect()
}

#[test]
fn a_token_of_a_quarter_of_an_hour_speaks_for_the_user() {
    let (server, admin) = with_admin(&[]);
    server.register(EMAIL, PASSWORD);
    let request = server.request("POST", "/api/v1/users/2/impersonate").bearer_auth(&admin);
    let answer = send(request.header("Ore-Session-Transport", "cookie").json(&json!({"reason": "a"})));
    let data = answer.json()["data"].clone();
    let names: Vec<_> = data.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["access_token", "expires_in", "token_type"]);
    assert_eq!((&data["expires_in"], answer.header("set-cookie")), (&json!(900), None));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let me = server.me(data["access_token"].as_str().unwrap()).json()["data"].clone();
    assert_eq!((&me["id"], &me["email"]), (&json!(2), &json!(EMAIL)));
}

/// In the order of the checks: 401, 403, 404, what is wrong about the user, 422.
#[test]
fn what_is_wrong_is_told_in_order() {
    let (server, admin) = with_admin(&[]);
    let user = server.token_of(EMAIL, PASSWORD);
    server.token_of("disabled@example.org", PASSWORD);
    server.deactivate("disabled@example.org");
    let call = |id: i64, token: &str, body: &Value| post(&server, &format!("{USERS}/{id}/impersonate"), token, body);
    let none = json!({});
    assert_eq!(call(99, "x.y.z", &none).status, 401);
    for id in [1, 2, 99] {
        assert_eq!(reason(&call(id, &user, &none)), refused(403, "MISSING_PERMISSION"));
    }
    assert_eq!(call(99, &admin, &none).status, 404);
    for id in [1, 3] {
        assert_eq!(reason(&call(id, &admin, &none)), refused(403, "NOT_IMPERSONABLE"));
    }
    let body = json!({"name": "support", "permissions": ["users.impersonate"]});
    assert_eq!(post(&server, "/api/v1/roles", &admin, &body).status, 201);
    let grant = server.request("PATCH", "/api/v1/users/2").bearer_auth(&admin).header("If-Match", "*");
    assert_eq!(send(grant.json(&json!({"roles": ["support"]}))).status, 200);
    let more = call(1, &user, &none);
    assert_eq!(reason(&more), refused(403, "MISSING_PERMISSION"));
    assert_eq!(more.json()["details"]["permission"], "users.read");
    for (body, code) in [(none, "missing"), (json!({"reason": " "}), "string_too_short")] {
        let invalid = call(2, &admin, &body);
        assert_eq!((invalid.status, &invalid.json()["details"]["errors"][0]["code"]), (422, &json!(code)));
    }
}

#[test]
fn it_takes_a_session_that_has_just_authenticated() {
    let (server, admin) = with_admin(&[("BACKEND_REAUTH_SECONDS", "1")]);
    server.register(EMAIL, PASSWORD);
    eventually(Duration::from_secs(5), || impersonate(&server, 99, &admin).status, 401);
    let challenge = impersonate(&server, 2, &admin).header("www-authenticate").unwrap().to_owned();
    assert!(challenge.contains("insufficient_user_authentication"), "{challenge}");
}

#[test]
fn the_user_sees_it_and_ends_it() {
    let (server, admin, user, acting) = acting();
    let listed = impersonations(&call(&server, "GET", SESSIONS, &user));
    let [session] = listed.as_slice() else { panic!("{listed:?}") };
    let shown = ["impersonator_id", "is_current", "amr", "device", "address"].map(|name| session[name].clone());
    assert_eq!(shown, [json!(1), json!(false), json!([]), json!(""), json!("")]);
    assert_eq!(impersonations(&call(&server, "GET", "/api/v1/users/2/sessions", &admin)), listed);
    assert_eq!(impersonations(&call(&server, "GET", SESSIONS, &acting))[0]["is_current"], true);

    // Whoever acts ends no session of the user.
    let items = call(&server, "GET", SESSIONS, &acting).json()["data"]["items"].clone();
    for other in items.as_array().unwrap().iter().filter(|session| session.get("impersonator_id").is_none()) {
        let path = format!("{SESSIONS}/{}", other["id"].as_str().unwrap());
        assert_eq!(reason(&call(&server, "DELETE", &path, &acting)), refused(403, "IMPERSONATED"));
    }
    let path = format!("{SESSIONS}/{}", session["id"].as_str().unwrap());
    assert_eq!(call(&server, "DELETE", &path, &user).status, 200);
    assert_eq!([server.me(&acting).status, server.me(&user).status, server.me(&admin).status], [401, 200, 200]);

    let exported = call(&server, "GET", "/api/v1/auth/me/export", &user).json()["data"].clone();
    let entries = exported["audit"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["action"] == "user.impersonate").unwrap();
    assert_eq!((&entry["actor"]["id"], &entry["details"]["reason"]), (&json!("1"), &json!("Ticket 4711 工单")));
    assert!(exported["sessions"].as_array().unwrap().iter().any(|session| session["impersonator_id"] == 1));
}

#[test]
fn the_audit_log_has_who_acts() {
    let (server, admin, user, acting) = acting();
    let sid = impersonations(&call(&server, "GET", SESSIONS, &user))[0]["id"].clone();
    let edit = server.request("PATCH", "/api/v1/auth/me").bearer_auth(&acting).json(&json!({"display_name": "Ada"}));
    assert_eq!(send(edit).status, 200);
    assert_eq!(call(&server, "POST", "/api/v1/auth/logout", &acting).status, 200);
    let items =
        call(&server, "GET", "/api/v1/audit?actor=user:1&subject=user:2", &admin).json()["data"]["items"].clone();
    let entries = items.as_array().unwrap();
    let actions: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["auth.logout", "user.update", "user.impersonate"]);
    for entry in &entries[..2] {
        assert_eq!((&entry["session_id"], &entry["details"]), (&sid, &json!({"impersonated": "user:2"})));
    }
    assert_eq!(entries[2]["details"], json!({"reason": "Ticket 4711 工单", "session": sid}));
    let refused: Vec<_> = refused_in_place_of_the_user(&server, &admin);
    let call = |method: &str, path: &str| json!(format!("{method} {path}"));
    let expected =
        [("POST", "/api/v1/api-keys"), ("POST", "/api/v1/auth/logout-all"), ("DELETE", "/api/v1/users/{id}")];
    assert_eq!(refused, expected.map(|(method, path)| call(method, path)));
    assert_eq!([server.me(&acting).status, server.me(&user).status, server.me(&admin).status], [401, 200, 200]);
}

/// The calls of which the audit log tells that they were refused, the newest last.
fn refused_in_place_of_the_user(server: &Server, admin: &str) -> Vec<Value> {
    let acting = impersonate(server, 2, admin).token();
    assert_eq!(post(server, "/api/v1/api-keys", &acting, &json!({"name": "x", "permissions": []})).status, 401);
    assert_eq!(call(server, "POST", "/api/v1/auth/logout-all", &acting).status, 403);
    assert_eq!(call(server, "DELETE", "/api/v1/users/3", &acting).status, 403);
    let path = "/api/v1/audit?actor=user:1&action=auth.authorize&outcome=denied&sort=id";
    let page = call(server, "GET", path, admin).json();
    page["data"]["items"].as_array().unwrap().iter().map(|entry| entry["details"]["call"].clone()).collect()
}

#[test]
fn lines_of_the_log_have_who_acts() {
    let server = ServerProcess::start();
    let admin = make_admin(&server);
    server.register(EMAIL, PASSWORD);
    let acting = impersonate(&server, 2, &admin).token();
    let line = server.log().wait_for_request(server.me(&acting).request_id());
    assert_eq!((&line["user_id"], &line["impersonator_id"]), (&json!(2), &json!(1)));
}

#[test]
fn it_ends_with_the_session_and_with_the_right_of_who_acts() {
    let (server, admin, user, acting) = acting();
    let again = server.login("admin@example.org", PASSWORD).token();
    assert_eq!(call(&server, "POST", "/api/v1/auth/logout", &admin).status, 200);
    assert_eq!(server.me(&acting).status, 401);
    let acting = impersonate(&server, 2, &again).token();
    assert_eq!(server.me(&acting).status, 200);
    // By another process, which has no part in what is cached here.
    server.test_dir.grant(EMAIL, "admin");
    server.test_dir.run(&["user", "revoke", "admin@example.org", "admin"]).succeeded();
    assert_eq!([server.me(&acting).status, server.me(&user).status, server.me(&again).status], [401, 200, 200]);
}

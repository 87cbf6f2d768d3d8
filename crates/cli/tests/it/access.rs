use reqwest::blocking::RequestBuilder as Request;
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, Server, TestDir, operations, post, send, with_admin};

/// What anybody may call. Every other operation is for users who are logged in; a new one is so without a line here.
const PUBLIC: [(&str, &str); 19] = [
    ("POST", "/api/v1/auth/register"),
    ("POST", "/api/v1/auth/login"),
    ("POST", "/api/v1/auth/mfa/verify"),
    ("POST", "/api/v1/auth/refresh"),
    ("POST", "/api/v1/auth/password/forgot"),
    ("POST", "/api/v1/auth/password/reset"),
    ("POST", "/api/v1/auth/email/verify"),
    ("POST", "/api/v1/auth/email/resend"),
    ("POST", "/api/v1/auth/passkeys/login/options"),
    ("POST", "/api/v1/auth/passkeys/login"),
    ("GET", "/.well-known/webauthn"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/.well-known/oauth-authorization-server"),
    // Who may call is told by the form, of which the tests of OAuth know.
    ("POST", "/oauth/token"),
    ("POST", "/oauth/introspect"),
    ("POST", "/oauth/revoke"),
    ("GET", "/health"),
    ("GET", "/readiness"),
    ("GET", "/metrics"),
];

#[test]
fn every_operation_but_the_public_ones_is_for_active_users_alone() {
    let server = Server::start();
    let disabled = server.token_of("disabled@example.org", PASSWORD);
    server.deactivate("disabled@example.org");
    let admin = server.token_of("admin@example.org", PASSWORD);
    server.test_dir.grant("admin@example.org", "admin");
    let document = TestDir::new().openapi(&[]);
    for (number, (method, path, operation)) in operations(&document).enumerate() {
        let call = |token: Option<&str>| call(&server, &method, &path, token).status;
        let (nobody, strangers) = (call(None), [Some("x.y.z"), Some(disabled.as_str())].map(call));
        // Some calls end the session that they come in, or the account.
        let user = server.token_of(&format!("user{number}@example.org"), PASSWORD);
        let permission = operation["security"][0]["bearer"][0].as_str();
        let allowed = call(Some(if permission.is_some() { &admin } else { &user }));
        if PUBLIC.contains(&(method.as_str(), path.as_str())) {
            // A bad token is refused where a good one would count.
            let expected = if operation["security"].is_null() { allowed } else { 401 };
            assert_eq!((nobody, strangers), (allowed, [expected; 2]), "{method} {path} is public");
        } else {
            assert_eq!((nobody, strangers), (401, [401; 2]), "{method} {path} is for users");
            let needed = Vec::from_iter(permission);
            assert_eq!(operation["security"][0], json!({"bearer": needed}), "{method} {path} says so");
        }
        if let Some(permission) = permission {
            let refused = self::call(&server, &method, &path, Some(&user));
            let details = json!({"reason": "MISSING_PERMISSION", "permission": permission});
            assert_eq!((refused.status, &refused.json()["details"]), (403, &details), "{method} {path}");
        }
        assert!(!matches!(allowed, 401 | 403 | 405 | 500..), "{method} {path}: {allowed} for who may");
    }
}

/// What takes a session that has just authenticated, which nobody has who acts as another user.
const REAUTHENTICATED: [(&str, &str); 11] = [
    ("DELETE", "/api/v1/auth/me"),
    ("GET", "/api/v1/auth/me/export"),
    ("POST", "/api/v1/auth/totp/enrol"),
    ("DELETE", "/api/v1/auth/totp"),
    ("POST", "/api/v1/auth/recovery-codes"),
    ("POST", "/api/v1/api-keys"),
    ("POST", "/api/v1/auth/passkeys/registration/options"),
    ("PATCH", "/api/v1/auth/passkeys/{id}"),
    ("DELETE", "/api/v1/auth/passkeys/{id}"),
    ("POST", "/api/v1/users/{id}/impersonate"),
    ("DELETE", "/api/v1/users/{id}/mfa"),
];

/// What changes who may do what is done under one's own name.
const CHANGES_ACCESS: [&str; 3] = ["users.write", "roles.write", "keys.write"];

/// What takes a session, and whoever acts as another user may do too. Beside it they may call what is public, what an API key of
/// the user may do, and what takes a permission that changes nothing about who may do what.
const BY_OTHERS: [(&str, &str); 5] = [
    ("PATCH", "/api/v1/auth/me"),
    ("GET", "/api/v1/auth/sessions"),
    ("POST", "/api/v1/auth/logout"),
    ("GET", "/api/v1/api-keys"),
    ("GET", "/api/v1/auth/passkeys"),
];

#[test]
fn whoever_acts_as_another_user_changes_no_credential_and_nothing_about_who_may_do_what() {
    let (server, admin) = with_admin(&[]);
    server.token_of("other@example.org", PASSWORD);
    server.test_dir.grant("other@example.org", "admin");
    let document = TestDir::new().openapi(&[]);
    for (method, path, operation) in operations(&document) {
        let acting = post(&server, "/api/v1/users/2/impersonate", &admin, &json!({"reason": "test"})).token();
        let answer = call(&server, &method, &path, Some(&acting));
        let (name, call) = (format!("{method} {path}: {}", answer.text()), (method.as_str(), path.as_str()));
        let reason = || answer.json()["details"]["reason"].as_str().unwrap_or_default().to_owned();
        let permission = operation["security"][0]["bearer"][0].as_str();
        let is_for_keys = !operation["security"][1]["api_key"].is_null();
        if REAUTHENTICATED.contains(&call) {
            let challenge = answer.header("www-authenticate").unwrap_or_default();
            let expected = "Bearer error=\"insufficient_user_authentication\", max_age=600";
            assert_eq!((answer.status, challenge), (401, expected), "{name}");
        } else if permission.is_some_and(|permission| CHANGES_ACCESS.contains(&permission)) {
            assert_eq!((answer.status, reason().as_str()), (403, "IMPERSONATED"), "{name}");
        } else if is_for_keys || BY_OTHERS.contains(&call) || operation["security"].is_null() {
            assert!(!matches!(answer.status, 401 | 403 | 405 | 500..), "{name}");
        } else {
            assert_eq!((answer.status, reason().as_str()), (403, "IMPERSONATED"), "{name}");
        }
    }
    // Nothing has happened to the account or to the sessions of the one who acted.
    assert_eq!((server.login("other@example.org", PASSWORD).status, server.me(&admin).status), (200, 200));
}

/// Who calls with an API key.
struct Keys {
    of_admin: String,
    of_account: String,
    /// Of somebody who may do everything, for nothing.
    for_nothing: String,
}

impl Keys {
    fn make(server: &Server) -> Self {
        let admin = server.token_of("admin@example.org", PASSWORD);
        server.test_dir.grant("admin@example.org", "admin");
        let post = |path: &str, body: &Value| {
            let answer = send(server.request("POST", path).bearer_auth(&admin).json(body));
            assert_eq!(answer.status, 201, "{}", answer.text());
            answer.json()["data"].clone()
        };
        let all = server.me(&admin).json()["data"]["permissions"].clone();
        let key = |permissions: &Value| {
            let key = post("/api/v1/api-keys", &json!({"name": "key", "permissions": permissions}));
            key["key"].as_str().unwrap().to_owned()
        };
        let account = post("/api/v1/service-accounts", &json!({"name": "account", "permissions": all}));
        let path = format!("/api/v1/service-accounts/{}/keys", account["id"].as_str().unwrap());
        let of_account = post(&path, &json!({"name": "key"}))["key"].as_str().unwrap().to_owned();
        Self { of_admin: key(&all), of_account, for_nothing: key(&json!([])) }
    }
}

/// What service accounts may call too, without a permission.
const FOR_ALL_CALLERS: &str = "/api/v1/auth/check";

#[test]
fn an_api_key_is_taken_where_the_document_says_so_and_for_what_it_names() {
    let server = Server::start();
    let keys = Keys::make(&server);
    let document = TestDir::new().openapi(&[]);
    let is_for_callers = |method: &str, path: &str| !PUBLIC.contains(&(method, path));
    for (method, path, operation) in operations(&document).filter(|(method, path, _)| is_for_callers(method, path)) {
        let name = format!("{method} {path}");
        let refusal = |key: &str| {
            let answer = call(&server, &method, &path, Some(key));
            assert_eq!(answer.status, 403, "{name}: {}", answer.text());
            answer.json()["details"]["reason"].as_str().unwrap().to_owned()
        };
        let security = &operation["security"];
        if security[1].is_null() {
            for key in [&keys.of_admin, &keys.of_account] {
                assert_eq!(refusal(key), "SESSION_REQUIRED", "{name}");
            }
            continue;
        }
        assert_eq!(security[1]["api_key"], security[0]["bearer"], "{name}");
        let needs_permission = security[0]["bearer"][0].is_string();
        let may = |key: &str| {
            let in_field = send(request(&server, &method, &path).header("X-API-Key", key)).status;
            let statuses = [call(&server, &method, &path, Some(key)).status, in_field];
            assert!(statuses.iter().all(|status| !matches!(status, 401 | 403 | 405 | 500..)), "{name}: {statuses:?}");
        };
        may(&keys.of_admin);
        if needs_permission {
            may(&keys.of_account);
            assert_eq!(refusal(&keys.for_nothing), "MISSING_PERMISSION", "{name}");
        } else if path == FOR_ALL_CALLERS {
            may(&keys.of_account);
        } else {
            assert_eq!(refusal(&keys.of_account), "NOT_A_USER", "{name}");
        }
    }
}

#[test]
fn what_is_no_route_answers_everybody_alike() {
    let server = Server::start();
    let user = server.token_of("user@example.org", PASSWORD);
    for token in [None, Some("x.y.z"), Some(user.as_str())] {
        assert_eq!(call(&server, "GET", "/no/such/route", token).status, 404);
    }
}

#[test]
fn a_user_sees_themselves_and_nobody_else() {
    let server = Server::start();
    for (id, name) in [(1, "user@example.org"), (2, "another@example.org")] {
        let me = server.me(&server.token_of(name, PASSWORD)).json();
        assert_eq!((&me["data"]["id"], &me["data"]["email"]), (&id.into(), &name.into()));
    }
}

/// Calls that take a body get an empty object, and `{id}` is no key.
fn call(server: &Server, method: &str, path: &str, token: Option<&str>) -> Answer {
    let request = request(server, method, path);
    send(match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    })
}

fn request(server: &Server, method: &str, path: &str) -> Request {
    let request = server.request(method, path);
    if matches!(method, "POST" | "PUT" | "PATCH") { request.json(&json!({})) } else { request }
}

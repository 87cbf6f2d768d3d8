use serde_json::json;

use crate::support::{Answer, PASSWORD, Server, TestDir, operations, send};

/// What anybody may call. Every other operation is for users who are logged in; a new one is so without a line here.
const PUBLIC: [(&str, &str); 10] = [
    ("POST", "/api/v1/auth/register"),
    ("POST", "/api/v1/auth/login"),
    ("POST", "/api/v1/auth/refresh"),
    ("POST", "/api/v1/auth/password/forgot"),
    ("POST", "/api/v1/auth/password/reset"),
    ("POST", "/api/v1/auth/email/verify"),
    ("POST", "/api/v1/auth/email/resend"),
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
    server.test_dir.run(&["user", "grant", "admin@example.org", "admin"]).succeeded();
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
            assert_eq!(operation["security"], json!([{"bearer": needed}]), "{method} {path} says so");
        }
        if let Some(permission) = permission {
            let refused = self::call(&server, &method, &path, Some(&user));
            let details = json!({"reason": "MISSING_PERMISSION", "permission": permission});
            assert_eq!((refused.status, &refused.json()["details"]), (403, &details), "{method} {path}");
        }
        assert!(!matches!(allowed, 401 | 403 | 405 | 500..), "{method} {path}: {allowed} for who may");
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
    let request = server.request(method, path);
    let request = if matches!(method, "POST" | "PUT" | "PATCH") { request.json(&json!({})) } else { request };
    send(match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    })
}

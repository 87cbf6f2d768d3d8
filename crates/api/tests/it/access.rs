use reqwest::blocking::RequestBuilder;

use crate::support::{PASSWORD, Server, TestDir, operations, send};

/// Who asks, in the order of the columns of the table.
const CALLERS: [&str; 5] = ["anonymous", "malformed token", "user", "another user", "disabled user"];

/// Every route with the status that each caller gets. Calls that take a body get an empty object, and `{id}` is no key.
const TABLE: &[(&str, &str, [u16; 5])] = &[
    ("POST", "/api/v1/auth/register", [422, 422, 422, 422, 422]),
    ("POST", "/api/v1/auth/login", [422, 422, 422, 422, 422]),
    ("GET", "/api/v1/auth/me", [401, 401, 200, 200, 401]),
    ("GET", "/health", [200, 200, 200, 200, 200]),
    ("GET", "/readiness", [200, 200, 200, 200, 200]),
    ("GET", "/metrics", [200, 200, 200, 200, 200]),
];

/// What is no route answers everybody alike.
const NO_ROUTE: (&str, &str, [u16; 5]) = ("GET", "/no/such/route", [404, 404, 404, 404, 404]);

#[test]
fn every_route_answers_every_caller_as_the_table_says() {
    let server = Server::start();
    let [user, another, disabled] = ["user", "another", "disabled"].map(|name| {
        let token = server.token_of(&format!("{name}@example.org"), PASSWORD);
        Some(format!("Bearer {token}"))
    });
    server.deactivate("disabled@example.org");
    let credentials = [None, Some("Bearer x.y.z".to_owned()), user, another, disabled];
    for &(method, path, expected) in TABLE.iter().chain([&NO_ROUTE]) {
        for ((caller, credential), status) in CALLERS.iter().zip(&credentials).zip(expected) {
            let request = with_body(server.request(method, path), method);
            let request = match credential {
                Some(credential) => request.header("Authorization", credential),
                None => request,
            };
            assert_eq!(send(request).status, status, "{method} {path} by {caller}");
        }
    }
}

#[test]
fn the_table_has_every_route_of_the_document() {
    let document = TestDir::new().openapi(&[]);
    let mut documented: Vec<_> = operations(&document).map(|(method, path, _)| (method, path)).collect();
    let mut listed: Vec<_> = TABLE.iter().map(|(method, path, _)| ((*method).into(), (*path).into())).collect();
    documented.sort();
    listed.sort();
    assert_eq!(documented, listed);
}

#[test]
fn a_user_sees_themselves_and_nobody_else() {
    let server = Server::start();
    for (id, name) in [(1, "user@example.org"), (2, "another@example.org")] {
        let me = server.me(&server.token_of(name, PASSWORD)).json();
        assert_eq!((&me["data"]["id"], &me["data"]["email"]), (&id.into(), &name.into()));
    }
}

fn with_body(request: RequestBuilder, method: &str) -> RequestBuilder {
    if matches!(method, "POST" | "PUT") { request.json(&serde_json::json!({})) } else { request }
}

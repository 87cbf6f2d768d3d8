//! What belongs to another user is as good as not there (OWASP ASVS 5.0, 8.2.2).

use serde_json::{Value, json};

use crate::support::{
    Answer, Authenticator, EMAIL, ORIGIN, PASSWORD, Passkeys, Server, TestDir, call, operations, post, send, with_admin,
};

/// An id of everything that somebody has, under the paths that name such a thing.
struct Belongings([(&'static str, String); 9]);

impl Belongings {
    fn of_owner(server: &Server, token: &str, admin: &str) -> Self {
        let id = |answer: &Answer| answer.json()["data"]["id"].as_str().unwrap().to_owned();
        let first = |path: &str| call(server, "GET", path, token).json()["data"]["items"][0]["id"].clone();
        let text = |id: Value| id.as_str().unwrap().to_owned();
        let key = id(&post(server, "/api/v1/api-keys", token, &json!({"name": "key", "permissions": []})));
        // After the key, which takes a second factor as soon as there is one.
        assert_eq!(server.add_passkey(token, &mut Authenticator::new()).status, 201);
        let body = json!({"name": "account", "permissions": []});
        let account = id(&post(server, "/api/v1/service-accounts", admin, &body));
        let keys = format!("/api/v1/service-accounts/{account}/keys");
        let of_account = id(&post(server, &keys, admin, &json!({"name": "key"})));
        let role = post(server, "/api/v1/roles", admin, &json!({"name": "clerk", "permissions": []}));
        assert_eq!(role.status, 201);
        let session = text(first("/api/v1/auth/sessions"));
        Self([
            ("/users/{id}", server.me(token).json()["data"]["id"].to_string()),
            ("/sessions/{sid}", session.clone()),
            ("/auth/sessions/{id}", session),
            ("/api-keys/{id}", key.clone()),
            ("/api-keys/{kid}", key),
            ("/auth/passkeys/{id}", text(first("/api/v1/auth/passkeys"))),
            ("/service-accounts/{id}", account),
            ("/keys/{kid}", of_account),
            ("/roles/{name}", "clerk".to_owned()),
        ])
    }

    fn of_nobody() -> Self {
        let uuid = || "00000000-0000-4000-8000-000000000000".to_owned();
        Self([
            ("/users/{id}", "4711".to_owned()),
            ("/sessions/{sid}", uuid()),
            ("/auth/sessions/{id}", uuid()),
            ("/api-keys/{id}", uuid()),
            ("/api-keys/{kid}", uuid()),
            ("/auth/passkeys/{id}", uuid()),
            ("/service-accounts/{id}", uuid()),
            ("/keys/{kid}", uuid()),
            ("/roles/{name}", "nobody".to_owned()),
        ])
    }

    /// The path of one of these; the longest name counts, since `/keys/{kid}` is the end of another.
    fn fill(&self, template: &str) -> String {
        let filled = self.0.iter().fold(template.to_owned(), |path, (name, id)| {
            let (before, _) = name.split_once('{').unwrap();
            path.replace(name, &format!("{before}{id}"))
        });
        assert!(!filled.contains('{'), "whose is what {template} names?");
        filled
    }
}

/// Status and reason, and what else the answer says but when and of which request.
fn said(server: &Server, method: &str, path: &str, token: &str) -> (u16, Value) {
    let request = server.request(method, path).bearer_auth(token).header("If-Match", "*");
    let answer =
        send(if matches!(method, "POST" | "PATCH") { request.json(&json!({"name": "mine"})) } else { request });
    let mut body = answer.json();
    for changing in ["timestamp", "request_id"] {
        body.as_object_mut().unwrap().remove(changing);
    }
    (answer.status, body)
}

#[test]
fn what_another_user_has_answers_as_what_nobody_has() {
    let (server, admin) = with_admin(&[("BACKEND_PUBLIC_URL", ORIGIN)]);
    let owner = server.token_of(EMAIL, PASSWORD);
    let (belongings, nothing) = (Belongings::of_owner(&server, &owner, &admin), Belongings::of_nobody());
    let stranger = server.token_of("stranger@example.org", PASSWORD);
    let document = TestDir::new().openapi(&[]);
    let naming = operations(&document).filter(|(_, path, _)| path.starts_with("/api/") && path.contains('{'));
    let mut asked = 0;
    for (method, path, operation) in naming {
        let of = |things: &Belongings| said(&server, &method, &things.fill(&path), &stranger);
        let expected = if operation["security"][0]["bearer"][0].is_string() { 403 } else { 404 };
        let (of_owner, of_nobody) = (of(&belongings), of(&nothing));
        assert_eq!(of_owner.0, expected, "{method} {path}: {}", of_owner.1);
        assert_eq!(of_owner, of_nobody, "{method} {path}");
        asked += 1;
    }
    assert!(asked >= 25, "{asked} operations");
    let count = |path: &str| call(&server, "GET", path, &owner).json()["data"]["items"].as_array().unwrap().len();
    let left = ["/api/v1/auth/sessions", "/api/v1/api-keys", "/api/v1/auth/passkeys"].map(count);
    assert_eq!(left, [1, 1, 1]);
}

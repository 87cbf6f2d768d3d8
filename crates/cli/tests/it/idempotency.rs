//! Calls with an `Idempotency-Key`, which are carried out once.

use std::thread;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, EMAIL, PASSWORD, Server, call, post, send, with_admin};

fn create(server: &Server, token: &str, key: &str, body: &Value) -> Answer {
    send(server.request("POST", "/api/v1/users").bearer_auth(token).header("Idempotency-Key", key).json(body))
}

#[test]
fn a_call_that_is_sent_again_gets_the_same_answer() {
    let (server, admin) = with_admin(&[]);
    let body = json!({"email": EMAIL, "password": PASSWORD});
    let (first, again) = (create(&server, &admin, "k1", &body), create(&server, &admin, "k1", &body));
    assert_eq!((first.status, again.status), (201, 201), "{}", again.text());
    assert_eq!(first.text(), again.text());
    for header in ["location", "etag", "content-type"] {
        assert_eq!(first.header(header), again.header(header), "{header}");
    }
    let replayed = [&first, &again].map(|answer| answer.header("idempotency-replayed"));
    assert_eq!(replayed, [None, Some("true")]);

    let other = create(&server, &admin, "k1", &json!({"email": "bob@example.org"}));
    assert_eq!((other.status, &other.json()["details"]["reason"]), (422, &json!("IDEMPOTENCY_KEY_REUSED")));
    // Another caller has keys of their own.
    let support = server.token_of("support@example.org", PASSWORD);
    server.test_dir.grant("support@example.org", "admin");
    let taken = create(&server, &support, "k1", &body);
    assert_eq!((taken.status, &taken.json()["details"]["reason"]), (400, &json!("USER_ALREADY_EXISTS")));
}

#[test]
fn a_right_that_is_gone_gives_no_answer_again() {
    let (server, admin) = with_admin(&[]);
    let support = server.token_of("support@example.org", PASSWORD);
    server.test_dir.grant("support@example.org", "admin");
    let body = json!({"email": EMAIL, "password": PASSWORD});
    assert_eq!(create(&server, &support, "k1", &body).status, 201);
    let revoked = send(
        server
            .request("PATCH", "/api/v1/users/2")
            .bearer_auth(&admin)
            .header("If-Match", "*")
            .json(&json!({"roles": []})),
    );
    assert_eq!(revoked.status, 200, "{}", revoked.text());
    assert_eq!(create(&server, &support, "k1", &body).status, 403);
}

#[test]
fn what_was_refused_is_tried_again() {
    let (server, admin) = with_admin(&[]);
    let body = json!({"email": EMAIL, "password": PASSWORD, "roles": ["later"]});
    assert_eq!(create(&server, &admin, "k1", &body).status, 422);
    let role = json!({"name": "later", "permissions": []});
    send(server.request("POST", "/api/v1/roles").bearer_auth(&admin).json(&role));
    assert_eq!(create(&server, &admin, "k1", &body).status, 201);
}

#[test]
fn a_new_api_key_is_shown_again_to_who_sends_the_call_again() {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    let make = |body: &Value| {
        let request = server.request("POST", "/api/v1/api-keys").bearer_auth(&token);
        send(request.header("Idempotency-Key", "k1").json(body))
    };
    let body = json!({"name": "report", "permissions": []});
    let (first, again) = (make(&body), make(&body));
    assert_eq!((first.status, again.status), (201, 201), "{}", again.text());
    assert_eq!((first.text(), again.header("idempotency-replayed")), (again.text(), Some("true")));
    let key = again.json()["data"]["key"].as_str().unwrap().to_owned();
    assert_eq!(server.me(&key).status, 200);
    let keys = call(&server, "GET", "/api/v1/api-keys", &token).json();
    assert_eq!(keys["data"]["items"].as_array().unwrap().len(), 1);
    assert_eq!(make(&json!({"name": "other", "permissions": []})).status, 422);
}

#[test]
fn the_same_call_about_another_service_account_is_another_call() {
    let (server, admin) = with_admin(&[]);
    let make = |path: &str, body: &Value| {
        let request = server.request("POST", path).bearer_auth(&admin);
        send(request.header("Idempotency-Key", "k1").json(body))
    };
    let account = json!({"name": "billing", "permissions": []});
    let first = make("/api/v1/service-accounts", &account);
    assert_eq!(make("/api/v1/service-accounts", &account).header("idempotency-replayed"), Some("true"));
    let other = post(&server, "/api/v1/service-accounts", &admin, &account);
    let keys = [&first, &other].map(|account| format!("/api/v1/{}/keys", account.header("location").unwrap()));
    let [one, another] = keys.each_ref().map(|path| make(path, &json!({"name": "production"})));
    assert_eq!((one.status, another.status), (201, 201), "{}", another.text());
    assert_ne!(one.json()["data"]["key"], another.json()["data"]["key"]);
    let again = make(&keys[0], &json!({"name": "production"}));
    assert_eq!((again.text(), again.header("idempotency-replayed")), (one.text(), Some("true")));
}

#[rstest]
#[case::empty("")]
#[case::space("a b")]
#[case::too_long(&"k".repeat(256))]
fn a_key_is_visible_and_short(#[case] key: &str) {
    let (server, admin) = with_admin(&[]);
    assert_eq!(create(&server, &admin, key, &json!({"email": EMAIL})).status, 400);
}

#[test]
fn of_calls_that_come_at_once_one_is_carried_out() {
    let (server, admin) = with_admin(&[]);
    let body = json!({"email": EMAIL, "password": PASSWORD});
    let answers: Vec<_> = thread::scope(|scope| {
        let calls: Vec<_> = (0..8).map(|_| scope.spawn(|| create(&server, &admin, "k1", &body))).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let made = answers.iter().filter(|it| it.status == 201 && it.header("idempotency-replayed").is_none());
    assert_eq!(made.count(), 1);
    for answer in &answers {
        assert!(
            answer.status == 201 || (answer.status == 409 && answer.header("retry-after").is_some()),
            "{}",
            answer.text()
        );
    }
}

//! Calls with an `Idempotency-Key`, which are carried out once.

use std::thread;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, EMAIL, PASSWORD, Server, send, with_admin};

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
    server.test_dir.run(&["user", "grant", "support@example.org", "admin"]).succeeded();
    let taken = create(&server, &support, "k1", &body);
    assert_eq!((taken.status, &taken.json()["details"]["reason"]), (400, &json!("USER_ALREADY_EXISTS")));
}

#[test]
fn a_right_that_is_gone_gives_no_answer_again() {
    let (server, admin) = with_admin(&[]);
    let support = server.token_of("support@example.org", PASSWORD);
    server.test_dir.run(&["user", "grant", "support@example.org", "admin"]).succeeded();
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

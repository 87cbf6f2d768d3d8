use std::sync::{Arc, Barrier};
use std::thread;

use rstest::rstest;
use serde_json::json;

use crate::support::{EMAIL, PASSWORD, Server, assert_timestamp};

#[test]
fn a_stranger_registers_logs_in_and_learns_who_they_are() {
    let server = Server::start();

    let registered = server.register(EMAIL, PASSWORD);
    assert_eq!(registered.status, 200);
    let body = registered.json();
    assert_eq!((&body["success"], &body["message"]), (&json!(true), &json!("注册成功")));
    assert_eq!((&body["data"]["token_type"], &body["data"]["expires_in"]), (&json!("bearer"), &json!(1800)));
    assert_timestamp(&body["timestamp"]);

    let logged_in = server.login(EMAIL, PASSWORD);
    assert_eq!((logged_in.status, logged_in.message()), (200, "登录成功".to_owned()));

    for token in [registered.token(), logged_in.token()] {
        let me = server.me(&token);
        let body = me.json();
        assert_eq!((me.status, &body["message"]), (200, &json!("操作成功")));
        let user = &body["data"];
        assert_eq!((&user["id"], &user["email"], &user["is_active"]), (&json!(1), &json!(EMAIL), &json!(true)));
        assert_timestamp(&user["created_at"]);
        assert_eq!(user.as_object().unwrap().len(), 13, "{user}");
    }
}

#[test]
fn every_log_in_gets_a_token_of_its_own() {
    let server = Server::start();
    let tokens = [server.token_of(EMAIL, PASSWORD), server.login(EMAIL, PASSWORD).token()];
    assert_ne!(tokens[0], tokens[1]);
}

#[rstest]
#[case::as_it_was("ada@example.org")]
#[case::upper_case("ADA@EXAMPLE.ORG")]
#[case::full_width("ａｄａ@example.org")]
#[case::full_width_domain("ada@ｅｘａｍｐｌｅ.org")]
fn an_address_in_another_spelling_has_an_account_already(#[case] spelling: &str) {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let duplicate = server.register(spelling, "quite another password");
    assert_eq!(duplicate.error(), (400, "BUSINESS_ERROR".to_owned()));
    let body = duplicate.json();
    assert_eq!((&body["message"], &body["details"]), (&json!("用户已存在"), &json!({"reason": "USER_ALREADY_EXISTS"})));
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

#[rstest]
#[case("ADA@Example.ORG")]
#[case("ａｄａ@ｅｘａｍｐｌｅ.org")]
fn the_owner_logs_in_with_another_spelling(#[case] spelling: &str) {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let me = server.me(&server.login(spelling, PASSWORD).token());
    assert_eq!(me.json()["data"]["email"], EMAIL);
}

#[test]
fn the_domain_is_kept_in_lower_case_and_the_local_part_as_it_was_written() {
    let server = Server::start();
    let me = server.me(&server.token_of("Ada.Lovelace@Example.ORG", PASSWORD));
    assert_eq!(me.json()["data"]["email"], "Ada.Lovelace@example.org");
}

#[rstest]
#[case::no_at("ada.example.org")]
#[case::no_dot_in_the_domain("ada@localhost")]
#[case::display_name("Ada <ada@example.org>")]
#[case::quotes("\"ada\"@example.org")]
#[case::address_literal("ada@[127.0.0.1]")]
#[case::line_break("ada@example.org\r\nBcc: eve@example.org")]
#[case::zero_width("a\u{200b}da@example.org")]
#[case::right_to_left_mark("ada\u{202e}@example.org")]
#[case::white_space("ad a@example.org")]
#[case::empty("")]
fn what_is_no_plain_address_gets_no_account(#[case] email: &str) {
    let server = Server::start();
    for answer in [server.register(email, PASSWORD), server.login(email, PASSWORD)] {
        assert_eq!(answer.error(), (422, "VALIDATION_ERROR".to_owned()), "{email:?}");
        let errors = answer.json()["details"]["errors"].clone();
        assert_eq!(errors.as_array().unwrap().len(), 1, "{errors}");
        assert_eq!((&errors[0]["field"], &errors[0]["code"]), (&json!("email"), &json!("email_invalid")));
    }
}

#[rstest]
#[case::local_part(format!("{}@example.org", "a".repeat(65)))]
#[case::whole(format!("a@{}example.org", "a.".repeat(160)))]
fn an_address_that_is_too_long_gets_no_account(#[case] email: String) {
    let server = Server::start();
    let answer = server.register(&email, PASSWORD);
    assert_eq!(answer.error(), (422, "VALIDATION_ERROR".to_owned()));
    assert_eq!(answer.message(), "邮箱地址过长");
}

#[test]
fn fields_that_nobody_asked_for_change_nothing() {
    let server = Server::start();
    let body = json!({
        "email": EMAIL, "password": PASSWORD, "id": 4711, "is_active": false, "role": "admin", "is_admin": true,
        "created_at": "1970-01-01T00:00:00Z", "hashed_password": "x",
    });
    let token = server.post("/api/v1/auth/register", &body).token();
    assert_eq!(server.post("/api/v1/auth/login", &body).status, 200);
    let user = server.me(&token).json()["data"].clone();
    assert_eq!((&user["id"], &user["email"], &user["is_active"]), (&json!(1), &json!(EMAIL), &json!(true)));
    assert!(!user["created_at"].as_str().unwrap().starts_with("1970"), "{user}");
}

#[test]
fn of_fifty_registrations_of_one_address_at_once_one_wins_and_the_rest_are_duplicates() {
    let server = Server::with(&[("BACKEND_HASH_SLOTS", "8")]);
    let barrier = Arc::new(Barrier::new(50));
    let register = |_| {
        let (client, barrier) = (server.client().clone(), Arc::clone(&barrier));
        thread::spawn(move || {
            barrier.wait();
            let answer = client.register(EMAIL, PASSWORD);
            (answer.status, answer.json()["details"]["reason"].as_str().map(str::to_owned))
        })
    };
    let threads: Vec<_> = (0..50).map(register).collect();
    let answers: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    let won = answers.iter().filter(|answer| **answer == (200, None)).count();
    let duplicate = (400, Some("USER_ALREADY_EXISTS".to_owned()));
    let lost = answers.iter().filter(|answer| **answer == duplicate).count();
    assert_eq!((won, lost), (1, 49), "{answers:?}");
    assert_eq!(server.test_dir.run(&["user", "list"]).succeeded().lines().count(), 2);
}

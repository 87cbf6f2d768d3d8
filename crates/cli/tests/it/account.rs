//! What users do with their own account.

use std::time::Duration;

use reqwest::blocking::RequestBuilder;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, EMAIL, PASSWORD, Server, eventually, send, with_admin};

/// No time has passed since the log-in that would be too much.
const AGED: (&str, &str) = ("BACKEND_REAUTH_SECONDS", "1");
const CHALLENGE: &str = r#"Bearer error="insufficient_user_authentication", max_age=1"#;

fn call(server: &Server, method: &str, path: &str, access_token: &str) -> Answer {
    send(server.request(method, path).bearer_auth(access_token))
}

fn reauthenticate(server: &Server, access_token: &str, password: &str) -> Answer {
    let request: RequestBuilder = server.request("POST", "/api/v1/auth/reauthenticate").bearer_auth(access_token);
    send(request.json(&json!({ "password": password })))
}

fn refresh(server: &Server, answer: &Answer) -> Answer {
    server.post("/api/v1/auth/refresh", &json!({ "refresh_token": answer.json()["data"]["refresh_token"] }))
}

#[test]
fn a_user_deletes_the_account_and_nothing_is_left() {
    let server = Server::start();
    let answer = server.register(EMAIL, PASSWORD);
    let elsewhere = server.login(EMAIL, PASSWORD);
    let grace = server.token_of("grace@example.org", PASSWORD);
    let deleted = call(&server, "DELETE", "/api/v1/auth/me", &answer.token());
    assert_eq!((deleted.status, deleted.message()), (200, "账户已删除".to_owned()));
    for session in [&answer, &elsewhere] {
        assert_eq!((server.me(&session.token()).status, refresh(&server, session).status), (401, 401));
    }
    assert_eq!(server.login(EMAIL, PASSWORD).status, 400);
    assert_eq!(server.me(&grace).status, 200);
    let again = server.me(&server.token_of(EMAIL, PASSWORD)).json();
    assert_eq!(again["data"]["id"], 3, "the key is given to nobody again");
}

#[test]
fn a_user_gets_all_that_is_stored_and_no_secret() {
    let server = Server::start();
    let answer = server.register(EMAIL, PASSWORD);
    let ended = server.login(EMAIL, PASSWORD).token();
    call(&server, "POST", "/api/v1/auth/logout", &ended);
    let export = call(&server, "GET", "/api/v1/auth/me/export", &answer.token());
    assert_eq!(export.header("cache-control"), Some("no-store"));
    let data: Value = export.json()["data"].clone();
    assert_eq!((&data["user"]["email"], &data["credentials_changed_at"]), (&json!(EMAIL), &Value::Null));
    let current: Vec<&Value> =
        data["sessions"].as_array().unwrap().iter().map(|session| &session["is_current"]).collect();
    assert_eq!(current, [&json!(true), &json!(false)]);
    let text = export.text();
    assert!(!text.contains("argon2") && !text.contains("ore_rt_") && !text.contains("eyJ"), "{text}");
}

#[test]
fn the_head_of_an_export_gives_nothing_out_and_leaves_no_entry() {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    let head = call(&server, "HEAD", "/api/v1/auth/me/export", &token);
    assert_eq!((head.status, head.header("content-type"), head.body.len()), (200, Some("application/json"), 0));
    let told = || server.test_dir.run(&["audit", "list", "--action", "user.export"]).succeeded();
    assert!(!told().contains("user.export"), "{}", told());
    assert_eq!(call(&server, "GET", "/api/v1/auth/me/export", &token).status, 200);
    assert!(told().contains("user.export"));
}

#[rstest]
#[case::deletion("DELETE", "/api/v1/auth/me")]
#[case::export("GET", "/api/v1/auth/me/export")]
fn what_cannot_be_undone_needs_a_user_who_has_just_authenticated(#[case] method: &str, #[case] path: &str) {
    let server = Server::with(&[AGED]);
    let answer = server.register(EMAIL, PASSWORD);
    let challenge = || call(&server, "GET", "/api/v1/auth/me/export", &answer.token()).status;
    eventually(Duration::from_secs(10), challenge, 401);
    let refused = call(&server, method, path, &answer.token());
    assert_eq!(
        (refused.error(), refused.header("www-authenticate")),
        ((401, "UNAUTHORIZED".to_owned()), Some(CHALLENGE))
    );
    assert_eq!(server.me(&answer.token()).status, 200);

    assert_eq!(reauthenticate(&server, &answer.token(), "wrong horse battery").error().0, 400);
    let renewed = reauthenticate(&server, &answer.token(), PASSWORD);
    assert_eq!(call(&server, method, path, &renewed.token()).status, 200);
}

#[test]
fn a_user_who_authenticates_again_goes_on_in_the_same_session() {
    let server = Server::start();
    let answer = server.register(EMAIL, PASSWORD);
    let renewed = reauthenticate(&server, &answer.token(), PASSWORD);
    for token in [answer.token(), renewed.token()] {
        assert_eq!(server.me(&token).status, 200);
    }
    let sessions = call(&server, "GET", "/api/v1/auth/sessions", &renewed.token()).json();
    assert_eq!(sessions["data"]["items"].as_array().unwrap().len(), 1);
    assert_eq!(refresh(&server, &renewed).status, 200);
    assert_eq!(refresh(&server, &answer).status, 401, "another token has followed it, and was used");
}

/// The client still has the refresh token from before.
#[test]
fn the_answer_of_another_authentication_may_be_lost() {
    let server = Server::start();
    let answer = server.register(EMAIL, PASSWORD);
    let lost = reauthenticate(&server, &answer.token(), PASSWORD);
    let refreshed = refresh(&server, &answer);
    assert_eq!(server.me(&refreshed.token()).status, 200);
    assert_eq!(server.me(&lost.token()).status, 401);
}

/// Another tab refreshes with the cookie of before, and both go on.
#[test]
fn a_refresh_beside_another_authentication_agrees_with_it_in_a_browser() {
    let server = Server::start();
    let ask = |request: RequestBuilder, cookie: &str| {
        let request = request.header("Ore-Session-Transport", "cookie").header("Sec-Fetch-Site", "same-origin");
        send(request.header("Cookie", cookie))
    };
    let cookie = |answer: &Answer| {
        let cookie = answer
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|value| value.to_str().unwrap())
            .find(|cookie| cookie.starts_with("__Host-ore_rt="))
            .unwrap();
        cookie.split(';').next().unwrap().to_owned()
    };
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let opened = ask(server.request("POST", "/api/v1/auth/register").json(&body), "a=b");
    let again = server.request("POST", "/api/v1/auth/reauthenticate").bearer_auth(opened.token());
    let renewed = ask(again.json(&json!({ "password": PASSWORD })), &cookie(&opened));
    let beside = ask(server.request("POST", "/api/v1/auth/refresh"), &cookie(&opened));
    assert_eq!((renewed.status, beside.status), (200, 200), "{}", beside.text());
    assert_eq!(cookie(&beside), cookie(&renewed));
    for answer in [&renewed, &beside] {
        assert_eq!(server.me(&answer.token()).status, 200);
    }
    assert_eq!(ask(server.request("POST", "/api/v1/auth/refresh"), &cookie(&renewed)).status, 200);
}

/// What their user has shown since came with other tokens (RFC 9470, section 6.1).
#[test]
fn a_token_from_before_another_authentication_is_no_fresher_for_it() {
    let server = Server::with(&[AGED]);
    let old = server.token_of(EMAIL, PASSWORD);
    let export = |token: &str| call(&server, "GET", "/api/v1/auth/me/export", token).status;
    eventually(Duration::from_secs(10), || export(&old), 401);
    let renewed = reauthenticate(&server, &old, PASSWORD);
    assert_eq!((export(&renewed.token()), export(&old)), (200, 401));
    assert_eq!(server.me(&old).status, 200);
}

#[test]
fn administrators_change_their_own_address_and_account_as_others_do() {
    let (server, admin) = with_admin(&[AGED]);
    server.token_of(EMAIL, PASSWORD);
    let challenge = || call(&server, "GET", "/api/v1/auth/me/export", &admin).status;
    eventually(Duration::from_secs(10), challenge, 401);
    let change = |method: &str, user: u64, body: Value| {
        let request = server.request(method, &format!("/api/v1/users/{user}")).bearer_auth(&admin);
        send(request.header("If-Match", "*").json(&body)).status
    };
    let address = |name: &str| json!({ "email": name });
    assert_eq!(change("PATCH", 1, address("eve@example.org")), 401);
    assert_eq!(change("PATCH", 1, json!({ "display_name": "Eve" })), 200);
    assert_eq!(change("DELETE", 1, Value::Null), 401);
    assert_eq!(change("PATCH", 2, address("bob@example.org")), 200);
    assert_eq!(change("DELETE", 2, Value::Null), 200);
}

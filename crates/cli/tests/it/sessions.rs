//! Sessions over HTTP: refresh tokens in bodies and cookies, log-out, the list, and what other replicas see.

use std::thread;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::blocking::RequestBuilder;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    Answer, Client, EMAIL, HEADER, PASSWORD, Server, ServerProcess, TestDir, call, forge, send, shape,
};

const REFRESH: &str = "/api/v1/auth/refresh";
const OWN_PAGE: (&str, &str) = ("Sec-Fetch-Site", "same-origin");
const IN_COOKIE: (&str, &str) = ("Ore-Session-Transport", "cookie");

fn refresh_token(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["data"]["refresh_token"].as_str().unwrap().to_owned()
}

fn refresh(client: &Client, token: &str) -> Answer {
    client.post(REFRESH, &json!({ "refresh_token": token }))
}

fn with(request: RequestBuilder, headers: &[(&str, &str)]) -> Answer {
    send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)))
}

fn claims(access_token: &str) -> Value {
    let payload = access_token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// The value of the cookie that an answer sets.
fn cookie_of(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").unwrap_or_else(|| panic!("no cookie: {}", answer.text()));
    cookie.strip_prefix("__Host-ore_rt=").unwrap().split(';').next().unwrap().to_owned()
}

fn is_cleared(answer: &Answer) -> bool {
    answer.header("set-cookie") == Some("__Host-ore_rt=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict")
}

#[test]
fn a_session_goes_on_with_its_refresh_tokens() {
    let server = Server::start();
    let registered = server.register(EMAIL, PASSWORD);
    assert_eq!(
        shape(&registered.json()["data"]),
        json!({
            "access_token": "string", "token_type": "string", "expires_in": "number",
            "refresh_token": "string", "refresh_expires_in": "number",
        })
    );
    assert_eq!(registered.json()["data"]["refresh_expires_in"], 14 * 24 * 60 * 60);
    let refreshed = refresh(&server, &refresh_token(&registered));
    assert_eq!(refreshed.message(), "令牌已刷新");
    assert_eq!(shape(&refreshed.json()["data"]), shape(&registered.json()["data"]));
    assert_eq!(server.me(&refreshed.token()).status, 200);
    let (before, after) = (claims(&registered.token()), claims(&refreshed.token()));
    for claim in ["sid", "auth_time", "amr", "uid"] {
        assert_eq!(before[claim], after[claim], "{claim}");
    }
    assert_eq!((&before["amr"], &before["auth_time"]), (&json!(["pwd"]), &before["iat"]));
    assert_ne!(before["jti"], after["jti"]);
}

#[test]
fn every_refused_refresh_token_gets_one_answer() {
    let server = ServerProcess::start();
    let first = server.register(EMAIL, PASSWORD);
    let ended = server.login(EMAIL, PASSWORD);
    call(&server, "POST", "/api/v1/auth/logout", &ended.token());
    let second = refresh(&server, &refresh_token(&first));
    let third = refresh(&server, &refresh_token(&second));
    assert_eq!(third.status, 200);
    let reused = refresh(&server, &refresh_token(&first));
    let others = [
        refresh(&server, &refresh_token(&third)),
        refresh(&server, &refresh_token(&ended)),
        refresh(&server, "nonsense"),
        refresh(&server, &first.token()),
        refresh(&server, "ore_rt_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg000000"),
    ];
    assert_eq!(reused.error(), (401, "UNAUTHORIZED".to_owned()));
    for other in others {
        assert_eq!((other.status, other.body_without_identity()), (401, reused.body_without_identity()));
        assert_eq!(other.header("www-authenticate"), reused.header("www-authenticate"));
    }
    assert_eq!(server.me(&third.token()).status, 401, "the session of the token that was used again has ended");
    let line = server.log().wait_for_message("A refresh token was used again, and its session was ended");
    assert_eq!((&line["level"], &line["user_id"]), (&json!("WARNING"), &json!(1)));
}

#[test]
fn of_twenty_uses_at_once_there_is_one_successor() {
    let server = Server::start();
    let token = refresh_token(&server.register(EMAIL, PASSWORD));
    let answers: Vec<Answer> = thread::scope(|scope| {
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(|| refresh(&server, &token))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let successor = refresh_token(&answers[0]);
    for answer in &answers {
        assert_eq!(refresh_token(answer), successor);
        assert_eq!((claims(&answer.token())["gen"].clone(), server.me(&answer.token()).status), (json!(1), 200));
    }
}

#[test]
fn a_session_that_was_left_is_over_at_once() {
    let server = Server::start();
    let answer = server.register(EMAIL, PASSWORD);
    let left = call(&server, "POST", "/api/v1/auth/logout", &answer.token());
    assert_eq!((left.status, left.message()), (200, "已退出登录".to_owned()));
    assert_eq!(server.me(&answer.token()).status, 401);
    assert_eq!(call(&server, "POST", "/api/v1/auth/logout", &answer.token()).status, 401);
    assert_eq!(refresh(&server, &refresh_token(&answer)).status, 401);
}

#[rstest]
#[case::without_a_body(None, 3, 401)]
#[case::keeping_none(Some(json!({"keep_current": false})), 3, 401)]
#[case::keeping_this_one(Some(json!({"keep_current": true})), 2, 200)]
fn every_session_can_be_left_at_once(#[case] body: Option<Value>, #[case] ended: u64, #[case] current: u16) {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    let others = [(); 2].map(|()| server.login(EMAIL, PASSWORD).token());
    let grace = server.token_of("grace@example.org", PASSWORD);
    let request = server.request("POST", "/api/v1/auth/logout-all").bearer_auth(&token);
    let answer = send(match body {
        Some(body) => request.json(&body),
        None => request,
    });
    assert_eq!(answer.json()["data"], json!({ "ended": ended }));
    assert_eq!(server.me(&token).status, current);
    assert_eq!(others.map(|other| server.me(&other).status), [401; 2]);
    assert_eq!(server.me(&grace).status, 200);
}

#[test]
fn a_user_sees_their_sessions_and_ends_one() {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let elsewhere = with(server.request("POST", "/api/v1/auth/login").json(&body), &[("User-Agent", firefox)]).token();
    let grace = server.token_of("grace@example.org", PASSWORD);
    let list = |token: &str| call(&server, "GET", "/api/v1/auth/sessions", token).json()["data"]["items"].clone();
    let sessions = list(&token);
    assert_eq!(sessions.as_array().unwrap().len(), 2);
    assert_eq!(
        (&sessions[0]["device"], &sessions[0]["address"], &sessions[0]["amr"], &sessions[0]["is_current"]),
        (&json!("Firefox, Linux"), &json!("127.0.0.0/24"), &json!(["pwd"]), &json!(false))
    );
    assert_eq!((&sessions[1]["is_current"], &sessions[1]["id"]), (&json!(true), &claims(&token)["sid"]));

    let path = format!("/api/v1/auth/sessions/{}", sessions[0]["id"].as_str().unwrap());
    assert_eq!(call(&server, "DELETE", &path, &grace).error(), (404, "NOT_FOUND".to_owned()));
    assert_eq!(call(&server, "DELETE", &path, &token).status, 200);
    assert_eq!(server.me(&elsewhere).status, 401);
    assert_eq!(call(&server, "DELETE", &path, &token).status, 404);
    assert_eq!(call(&server, "DELETE", "/api/v1/auth/sessions/nonsense", &token).status, 404);
    assert_eq!(list(&token).as_array().unwrap().len(), 1);
}

#[test]
fn a_user_has_no_more_sessions_than_the_setting() {
    let server = Server::with(&[("BACKEND_SESSION_LIMIT", "2")]);
    let tokens = [
        server.token_of(EMAIL, PASSWORD),
        server.login(EMAIL, PASSWORD).token(),
        server.login(EMAIL, PASSWORD).token(),
    ];
    assert_eq!(tokens.map(|token| server.me(&token).status), [401, 200, 200]);
}

#[test]
fn other_replicas_know_within_a_second_that_a_session_is_over() {
    let test_dir = TestDir::new();
    let (server, other) = (test_dir.serve(&[]), test_dir.serve(&[]));
    let token = server.token_of(EMAIL, PASSWORD);
    assert_eq!(other.me(&token).status, 200);
    assert_eq!(call(&server, "POST", "/api/v1/auth/logout", &token).status, 200);
    assert_eq!(server.me(&token).status, 401);
    assert_eq!(other.me_refused_soon(&token).status, 401);
}

#[test]
fn an_operator_who_sets_a_password_ends_the_sessions() {
    let server = Server::start();
    let answer = server.register(EMAIL, PASSWORD);
    assert_eq!(server.me(&answer.token()).status, 200);
    server.test_dir.run_reading(&["user", "set-password", EMAIL], "quite another password\n").succeeded();
    assert_eq!(server.me_refused_soon(&answer.token()).status, 401);
    assert_eq!(refresh(&server, &refresh_token(&answer)).status, 401);
}

#[test]
fn no_token_from_before_a_deactivation_is_valid_after_a_reactivation() {
    let server = Server::start();
    let answer = server.register(EMAIL, PASSWORD);
    server.deactivate(EMAIL);
    server.test_dir.run(&["user", "activate", EMAIL]).succeeded();
    assert_eq!(server.me_refused_soon(&answer.token()).status, 401);
    assert_eq!(refresh(&server, &refresh_token(&answer)).status, 401);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

/// Its session is stored nowhere.
#[test]
fn a_token_of_the_release_before_speaks_for_its_user_and_names_no_session() {
    let server = Server::start();
    let mut claims = claims(&server.token_of(EMAIL, PASSWORD));
    for claim in ["auth_time", "amr", "gen"] {
        claims.as_object_mut().unwrap().remove(claim).unwrap();
    }
    let token = forge(HEADER, &claims.to_string());
    assert_eq!(server.me(&token).status, 200);
    let refused = call(&server, "POST", "/api/v1/auth/logout", &token);
    assert_eq!(refused.error(), (403, "FORBIDDEN".to_owned()));
    assert_eq!(refused.json()["details"]["reason"], "SESSION_REQUIRED");
    server.test_dir.run_reading(&["user", "set-password", EMAIL], "quite another password\n").succeeded();
    assert_eq!(server.me(&token).status, 401);
}

#[rstest]
#[case::register("/api/v1/auth/register")]
#[case::log_in("/api/v1/auth/login")]
fn a_browser_keeps_the_refresh_token_where_no_script_reads_it(#[case] path: &str) {
    let server = Server::start();
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    if path.ends_with("login") {
        server.token_of(EMAIL, PASSWORD);
    }
    let opened = with(server.request("POST", path).json(&body), &[IN_COOKIE]);
    let token = cookie_of(&opened);
    assert_eq!(
        opened.header("set-cookie").unwrap(),
        format!("__Host-ore_rt={token}; Path=/; Max-Age=1209600; HttpOnly; Secure; SameSite=Strict")
    );
    assert!(opened.json()["data"].get("refresh_token").is_none());

    let cookie = format!("__Host-ore_rt={token}");
    let refreshed = with(server.request("POST", REFRESH), &[("Cookie", &cookie), OWN_PAGE]);
    assert_eq!(server.me(&refreshed.token()).status, 200);
    assert!(refreshed.json()["data"].get("refresh_token").is_none());
    assert_ne!(cookie_of(&refreshed), token);

    let cookie = format!("__Host-ore_rt={}", cookie_of(&refreshed));
    let left = with(server.request("POST", "/api/v1/auth/logout"), &[("Cookie", &cookie), OWN_PAGE]);
    assert!(left.status == 200 && is_cleared(&left), "{left:?}");
    assert_eq!(server.me(&refreshed.token()).status, 401);
    for path in [REFRESH, "/api/v1/auth/logout"] {
        let again = with(server.request("POST", path), &[("Cookie", &cookie), OWN_PAGE]);
        assert!(again.status == 401 && is_cleared(&again), "{path}: {again:?}");
    }
}

#[test]
fn a_call_that_rests_on_the_cookie_comes_from_our_own_pages_or_allowed_origins() {
    let server = Server::with(&[("BACKEND_ALLOWED_ORIGINS", "https://www.example.com")]);
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let opened = with(server.request("POST", "/api/v1/auth/register").json(&body), &[IN_COOKIE]);
    let cookie = format!("__Host-ore_rt={}", cookie_of(&opened));
    for headers in [vec![], vec![("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")]] {
        for path in [REFRESH, "/api/v1/auth/logout"] {
            let headers = [&[("Cookie", cookie.as_str())], headers.as_slice()].concat();
            let refused = with(server.request("POST", path), &headers);
            assert_eq!(refused.error(), (403, "FORBIDDEN".to_owned()));
            assert_eq!(refused.json()["details"]["reason"], "CROSS_SITE");
            assert_eq!(refused.header("set-cookie"), None);
        }
    }
    let allowed =
        [("Cookie", cookie.as_str()), ("Sec-Fetch-Site", "cross-site"), ("Origin", "https://www.example.com")];
    assert_eq!(with(server.request("POST", REFRESH), &allowed).status, 200);
}

#[test]
fn a_token_in_the_cookie_and_one_in_the_body_contradict_each_other() {
    let server = Server::start();
    let token = refresh_token(&server.register(EMAIL, PASSWORD));
    let cookie = format!("__Host-ore_rt={token}");
    let request = server.request("POST", REFRESH).json(&json!({ "refresh_token": token }));
    assert_eq!(with(request, &[("Cookie", &cookie), OWN_PAGE]).error(), (400, "BAD_REQUEST".to_owned()));
    assert_eq!(send(server.request("POST", REFRESH)).error(), (401, "UNAUTHORIZED".to_owned()));
}

/// An office behind one address is not logged out by one of its machines.
#[test]
fn refused_refresh_tokens_are_limited_and_accepted_ones_are_not() {
    let server = Server::with(&[
        ("BACKEND_RATE_LIMIT_ENABLED", "true"),
        ("BACKEND_RATE_LIMIT_ADDRESS_PER_MINUTE", "1"),
        ("BACKEND_RATE_LIMIT_ADDRESS_BURST", "3"),
    ]);
    let mut token = refresh_token(&server.register(EMAIL, PASSWORD));
    let refused: Vec<u16> = (0..4).map(|_| refresh(&server, "nonsense").status).collect();
    assert_eq!(refused.first(), Some(&401));
    assert_eq!(refused.last(), Some(&429));
    for _ in 0..10 {
        token = refresh_token(&refresh(&server, &token));
    }
}

#[test]
fn a_user_changes_the_password_and_stays_logged_in_here_alone() {
    let server = Server::start();
    let answer = server.register(EMAIL, PASSWORD);
    let elsewhere = server.login(EMAIL, PASSWORD);
    let change = |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        send(server.request("POST", "/api/v1/auth/password/change").bearer_auth(answer.token()).json(&body))
    };
    let wrong = change("wrong horse battery", "another horse battery");
    assert_eq!(
        (wrong.error(), &wrong.json()["details"]["reason"]),
        ((400, "BUSINESS_ERROR".to_owned()), &json!("INVALID_CREDENTIALS"))
    );
    let short = change(PASSWORD, "short");
    assert_eq!(short.json()["details"]["errors"][0]["code"], "password_too_short");
    assert_eq!(server.me(&elsewhere.token()).status, 200);

    let changed = change(PASSWORD, "another horse battery");
    assert_eq!((changed.status, changed.message()), (200, "密码已修改".to_owned()));
    assert_eq!(server.me(&answer.token()).status, 200);
    assert_eq!(refresh(&server, &refresh_token(&answer)).status, 200);
    assert_eq!(server.me(&elsewhere.token()).status, 401);
    assert_eq!(refresh(&server, &refresh_token(&elsewhere)).status, 401);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 400);
    assert_eq!(server.login(EMAIL, "another horse battery").status, 200);
}

#[rstest]
#[case::no_access_token(None)]
#[case::an_access_token_that_is_none(Some("nonsense"))]
fn a_browser_leaves_by_its_cookie_whatever_its_access_token(#[case] access_token: Option<&str>) {
    let server = Server::start();
    let answer = server.register(EMAIL, PASSWORD);
    let cookie = format!("other=\u{e9}; __Host-ore_rt={}", refresh_token(&answer));
    let request = server.request("POST", "/api/v1/auth/logout").header("Content-Type", "application/json");
    let request = match access_token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let left = with(request, &[("Cookie", &cookie), OWN_PAGE]);
    assert!(left.status == 200 && is_cleared(&left), "{left:?}");
    assert_eq!(server.me(&answer.token()).status, 401);
}

#[test]
fn the_session_of_the_cookie_and_that_of_the_access_token_end_together() {
    let server = Server::start();
    let (first, second) = (server.register(EMAIL, PASSWORD), server.login(EMAIL, PASSWORD));
    let cookie = format!("__Host-ore_rt={}", refresh_token(&second));
    let request = server.request("POST", "/api/v1/auth/logout").bearer_auth(first.token());
    let left = with(request, &[("Cookie", &cookie), OWN_PAGE]);
    assert!(left.status == 200 && is_cleared(&left), "{left:?}");
    assert_eq!([first, second].map(|answer| server.me(&answer.token()).status), [401; 2]);
}

#[test]
fn a_cookie_that_was_used_before_ends_its_session_and_is_told() {
    let server = ServerProcess::start();
    let first = server.register(EMAIL, PASSWORD);
    let second = refresh(&server, &refresh_token(&first));
    let third = refresh(&server, &refresh_token(&second));
    let cookie = format!("__Host-ore_rt={}", refresh_token(&first));
    let left = with(server.request("POST", "/api/v1/auth/logout"), &[("Cookie", &cookie), OWN_PAGE]);
    assert!(left.status == 401 && is_cleared(&left), "{left:?}");
    assert_eq!(server.me(&third.token()).status, 401);
    server.log().wait_for_message("A refresh token was used again, and its session was ended");
    assert!(server.metrics().contains("session_refreshes_total{result=\"reused\"} 1\n"));
}

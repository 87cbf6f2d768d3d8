//! Failures in a row at an account delay strangers, and neither networks nor devices from which its user logged in.

use rstest::rstest;
use serde_json::{Value, json};

use crate::legacy_tokens::run_sql;
use crate::support::{Answer, EMAIL, PASSWORD, Server, send};

const SETTINGS: [(&str, &str); 3] = [
    ("BACKEND_RATE_LIMIT_ENABLED", "true"),
    ("BACKEND_TRUSTED_PROXIES", "127.0.0.1"),
    ("BACKEND_RATE_LIMIT_ADDRESS_BURST", "1000"),
];
const HOME: &str = "198.51.100.7";
const STRANGER: &str = "203.0.113.7";
const WRONG: &str = "wrong horse battery";
const NOBODY: &str = "nobody@example.org";
const LOG_IN: &str = "/api/v1/auth/login";
const IN_COOKIE: (&str, &str) = ("Ore-Session-Transport", "cookie");
const OWN_PAGE: (&str, &str) = ("Sec-Fetch-Site", "same-origin");

fn post(server: &Server, path: &str, from: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
    let request = server.request("POST", path).header("X-Forwarded-For", from).json(body);
    send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)))
}

fn log_in(server: &Server, from: &str, email: &str, password: &str) -> Answer {
    post(server, LOG_IN, from, &json!({ "email": email, "password": password }), &[])
}

fn register(server: &Server, headers: &[(&str, &str)]) -> Answer {
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    post(server, "/api/v1/auth/register", HOME, &body, headers)
}

fn device_token(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["data"]["device_token"].as_str().unwrap().to_owned()
}

/// A stranger fails five times, which delays the next for ten minutes rather than a second, however busy the machine is.
fn delay(server: &Server, email: &str) {
    for _ in 0..5 {
        assert_eq!(log_in(server, STRANGER, email, WRONG).status, 400);
    }
    run_sql(&server.test_dir, "UPDATE login_failures SET blocked_until = touched_at + 600000000");
}

#[track_caller]
fn assert_delayed(answer: &Answer) {
    assert_eq!(answer.error(), (429, "RATE_LIMITED".to_owned()));
    let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=601).contains(&seconds), "{seconds}");
    assert_eq!((answer.header("ratelimit"), answer.header("ratelimit-policy")), (None, None));
}

#[test]
fn strangers_are_delayed_whether_or_not_there_is_an_account_and_the_owner_is_not() {
    let server = Server::with(&SETTINGS);
    let device = device_token(&register(&server, &[]));
    delay(&server, EMAIL);
    delay(&server, NOBODY);
    let known = log_in(&server, STRANGER, EMAIL, PASSWORD);
    let unknown = log_in(&server, "192.0.2.99", NOBODY, PASSWORD);
    assert_delayed(&known);
    assert_delayed(&unknown);
    assert_eq!(known.body_without_identity(), unknown.body_without_identity());
    assert!(server.metrics().contains("rate_limited_total{policy=\"account\"} 2\n"), "{}", server.metrics());

    let body = json!({ "email": EMAIL, "password": PASSWORD, "device_token": device });
    let from_elsewhere = post(&server, LOG_IN, "192.0.2.99", &body, &[]);
    assert_eq!(device_token(&from_elsewhere), device);
    assert_eq!(log_in(&server, STRANGER, EMAIL, PASSWORD).status, 200, "a success of the owner resets the failures");
}

#[test]
fn a_user_gets_what_is_known_of_networks_and_devices() {
    let server = Server::with(&SETTINGS);
    let bearer = format!("Bearer {}", register(&server, &[]).token());
    log_in(&server, STRANGER, EMAIL, PASSWORD);
    let export = send(server.request("GET", "/api/v1/auth/me/export").header("Authorization", bearer));
    let count = |field: &str| export.json()["data"][field].as_array().unwrap().len();
    assert_eq!((count("devices"), count("networks")), (2, 2), "{}", export.text());
    assert!(!export.text().contains("ore_dt_"), "{}", export.text());
}

#[test]
fn the_network_of_the_owner_is_known() {
    let server = Server::with(&SETTINGS);
    register(&server, &[]);
    delay(&server, EMAIL);
    assert_eq!(log_in(&server, "198.51.100.200", EMAIL, PASSWORD).status, 200);
}

#[rstest]
#[case::nonsense(json!("nonsense"))]
#[case::of_nobody(json!("ore_dt_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg000000"))]
#[case::null(Value::Null)]
fn what_is_no_device_token_is_as_none(#[case] token: Value) {
    let server = Server::with(&SETTINGS);
    register(&server, &[]);
    let body = json!({ "email": EMAIL, "password": PASSWORD, "device_token": token });
    let answer = post(&server, LOG_IN, HOME, &body, &[]);
    assert!(device_token(&answer).starts_with("ore_dt_"));
    delay(&server, EMAIL);
    assert_delayed(&post(&server, LOG_IN, "192.0.2.99", &body, &[]));
}

/// The cookies that an answer sets.
fn cookies(answer: &Answer) -> Vec<&str> {
    answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect()
}

#[test]
fn a_browser_keeps_the_device_token_in_a_cookie_which_other_sites_cannot_use() {
    let server = Server::with(&SETTINGS);
    let opened = register(&server, &[IN_COOKIE]);
    assert!(opened.json()["data"].get("device_token").is_none());
    let cookie_of = |answer: &Answer| {
        let set = cookies(answer).into_iter().find(|cookie| cookie.starts_with("__Host-ore_dt=")).unwrap().to_owned();
        let (cookie, attributes) = set.split_once("; ").unwrap();
        assert_eq!(attributes, "Path=/; Max-Age=15552000; HttpOnly; Secure; SameSite=Strict");
        cookie.to_owned()
    };
    assert_eq!(cookies(&opened).len(), 2);
    let cookie = cookie_of(&opened);

    delay(&server, EMAIL);
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let with = |headers: &[(&str, &str)]| post(&server, LOG_IN, "192.0.2.99", &body, headers);
    let shown = ("Cookie", cookie.as_str());
    assert_delayed(&with(&[shown, OWN_PAGE]));
    assert_delayed(&with(&[shown, IN_COOKIE]));
    assert_delayed(&with(&[shown, IN_COOKIE, ("Sec-Fetch-Site", "cross-site")]));
    assert_delayed(&with(&[shown, ("Cookie", "__Host-ore_dt=other"), IN_COOKIE, OWN_PAGE]));
    let known = with(&[shown, IN_COOKIE, OWN_PAGE]);
    assert_eq!(known.status, 200);
    assert_eq!(cookie_of(&known), cookie);
}

#[rstest]
#[case::unlock(&["user", "unlock", EMAIL], "")]
#[case::unlock_by_key(&["user", "unlock", "1"], "")]
#[case::set_password(&["user", "set-password", EMAIL], PASSWORD)]
fn an_operator_resets_the_failures(#[case] command: &[&str], #[case] input: &str) {
    let server = Server::with(&SETTINGS);
    register(&server, &[]);
    delay(&server, EMAIL);
    server.test_dir.run_reading(command, input).succeeded();
    assert_eq!(log_in(&server, STRANGER, EMAIL, PASSWORD).status, 200);
    let finished = server.test_dir.run(&["user", "unlock", NOBODY]);
    assert_eq!(finished.failed(1).len(), 1, "{finished:?}");
}

#[test]
fn wrong_passwords_of_a_session_are_delayed() {
    let server = Server::with(&SETTINGS);
    let token = register(&server, &[]).token();
    let reauthenticate = |password: &str| {
        let bearer = format!("Bearer {token}");
        let body = json!({ "password": password });
        post(&server, "/api/v1/auth/reauthenticate", HOME, &body, &[("Authorization", &bearer)])
    };
    for _ in 0..5 {
        assert_eq!(reauthenticate(WRONG).status, 400);
    }
    run_sql(&server.test_dir, "UPDATE login_failures SET blocked_until = touched_at + 600000000");
    assert_delayed(&reauthenticate(PASSWORD));
    assert_delayed(&log_in(&server, HOME, EMAIL, PASSWORD));
    assert_eq!(log_in(&server, STRANGER, EMAIL, PASSWORD).status, 200);
}

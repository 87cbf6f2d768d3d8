//! What gateways and services that check access tokens ask.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    Answer, EMAIL, ON_SQLITE, PASSWORD, RawConnection, Server, ServerProcess, Signal, TestDir, key_with,
    key_with_settings, post as administer, send, with_admin,
};

const FEED: &str = "/api/v1/auth/revocations";

/// A server, and a key of a service account that may ask for the feed.
fn server_with_key() -> (Server, String) {
    let server = Server::start();
    let key = key_with(&server.test_dir, "tokens.verify");
    (server, key)
}

fn feed(server: &Server, key: &str, since: Option<&str>) -> Value {
    let path = since.map_or_else(|| FEED.to_owned(), |since| format!("{FEED}?since={since}"));
    let answer = send(server.request("GET", &path).header("X-API-Key", key));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["data"].clone()
}

fn next(feed: &Value) -> String {
    feed["next"].as_str().unwrap().to_owned()
}

/// The claims of an access token.
fn claims(token: &str) -> Value {
    use base64::Engine;
    let decoded = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&decoded).unwrap()
}

fn post(server: &Server, path: &str, token: &str) -> Answer {
    send(server.request("POST", path).bearer_auth(token))
}

#[test]
fn an_ended_session_is_told_once_and_until_its_last_token_has_ended() {
    let (server, key) = server_with_key();
    let token = server.token_of(EMAIL, PASSWORD);
    let start = feed(&server, &key, None);
    assert_eq!((&start["revoked"], &start["users"], &start["reset"]), (&json!([]), &json!([]), &json!(false)));
    assert_eq!(post(&server, "/api/v1/auth/logout", &token).status, 200);
    let received = feed(&server, &key, Some(&next(&start)));
    let claims = claims(&token);
    assert_eq!(received["revoked"][0]["sid"], claims["sid"]);
    assert!(received["revoked"][0]["exp"].as_i64() > claims["exp"].as_i64());
    assert_eq!(received["users"], json!([]));
    let after = feed(&server, &key, Some(&next(&received)));
    assert_eq!((&after["revoked"], next(&after)), (&json!([]), next(&received)));
    assert_eq!(feed(&server, &key, None)["revoked"], received["revoked"]);
}

#[test]
fn who_is_logged_out_everywhere_is_told_as_a_user_and_by_the_sessions() {
    let (server, key) = server_with_key();
    let token = server.token_of(EMAIL, PASSWORD);
    let other = server.login(EMAIL, PASSWORD).token();
    let start = next(&feed(&server, &key, None));
    assert_eq!(post(&server, "/api/v1/auth/logout-all", &token).status, 200);
    let received = feed(&server, &key, Some(&start));
    let mut sids: Vec<_> = received["revoked"].as_array().unwrap().iter().map(|it| it["sid"].to_string()).collect();
    let mut expected = vec![claims(&token)["sid"].to_string(), claims(&other)["sid"].to_string()];
    sids.sort();
    expected.sort();
    assert_eq!(sids, expected);
    assert_eq!(received["users"][0]["uid"], claims(&token)["uid"]);
}

#[rstest]
#[case::disabled(&["user", "deactivate", EMAIL])]
#[case::deleted(&["user", "delete", EMAIL, "--yes"])]
#[case::logged_out(&["user", "logout", EMAIL])]
fn what_operators_do_is_told(#[case] command: &[&str]) {
    let (server, key) = server_with_key();
    let claims = claims(&server.token_of(EMAIL, PASSWORD));
    let start = next(&feed(&server, &key, None));
    server.test_dir.run(command).succeeded();
    let received = feed(&server, &key, Some(&start));
    assert_eq!((&received["users"][0]["uid"], &received["revoked"][0]["sid"]), (&claims["uid"], &claims["sid"]));
}

#[test]
fn who_loses_a_role_or_a_permission_is_told_and_the_session_goes_on() {
    let (server, key) = server_with_key();
    let run = |arguments: &[&str]| server.test_dir.run(arguments).succeeded();
    let token = server.token_of(EMAIL, PASSWORD);
    run(&["role", "create", "support", "--permission", "users.read", "--permission", "audit.read"]);
    let start = next(&feed(&server, &key, None));
    run(&["user", "grant", EMAIL, "support"]);
    assert_eq!(feed(&server, &key, Some(&start))["users"], json!([]));
    run(&["role", "update", "support", "--permission", "users.read"]);
    let narrowed = feed(&server, &key, Some(&start));
    run(&["user", "revoke", EMAIL, "support"]);
    let revoked = feed(&server, &key, Some(&next(&narrowed)));
    for received in [narrowed, revoked] {
        let issued = claims(&token)["iat"].as_i64();
        assert!(received["users"][0]["not_before"].as_i64() > issued && received["revoked"] == json!([]), "{received}");
    }
    assert_eq!(server.me(&token).status, 200);
}

#[test]
fn a_deleted_key_is_told_as_a_session() {
    let (server, key) = server_with_key();
    let listed: Value = serde_json::from_str(&server.test_dir.run(&["key", "list", "--json"]).succeeded()).unwrap();
    key_with(&server.test_dir, "users.read");
    let start = next(&feed(&server, &key, None));
    let others: Value = serde_json::from_str(&server.test_dir.run(&["key", "list", "--json"]).succeeded()).unwrap();
    let other = others.as_array().unwrap().iter().find(|it| it["id"] != listed[0]["id"]).unwrap();
    server.test_dir.run(&["key", "revoke", other["id"].as_str().unwrap()]).succeeded();
    assert_eq!(feed(&server, &key, Some(&start))["revoked"][0]["sid"], other["id"]);
}

#[test]
fn a_place_of_another_or_an_older_database_gets_everything() {
    let (server, key) = server_with_key();
    let token = server.token_of(EMAIL, PASSWORD);
    post(&server, "/api/v1/auth/logout", &token);
    let all = feed(&server, &key, None);
    let (database, number) = next(&all).split_once('-').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    for since in [format!("0000000000000000-{number}"), format!("{database}-{number}0")] {
        let received = feed(&server, &key, Some(&since));
        assert_eq!((&received["reset"], &received["revoked"]), (&json!(true), &all["revoked"]), "{since}");
    }
}

#[rstest]
#[case::no_place("?since=x")]
#[case::empty("?since=")]
#[case::twice("?since=0000000000000000-1&since=0000000000000000-1")]
fn what_is_no_place_is_refused(#[case] query: &str) {
    let (server, key) = server_with_key();
    let answer = send(server.request("GET", &format!("{FEED}{query}")).header("X-API-Key", &key));
    let field = &answer.json()["details"]["errors"][0]["field"];
    assert_eq!((answer.status, field), (422, &json!("since")), "{}", answer.text());
}

#[test]
fn who_waits_hears_of_news_at_once_and_of_none_after_a_while() {
    let (server, key) = server_with_key();
    let token = server.token_of(EMAIL, PASSWORD);
    let start = feed(&server, &key, None);
    let wait = |seconds: u32| {
        let path = format!("{FEED}?since={}", next(&start));
        send(server.request("GET", &path).header("X-API-Key", &key).header("Prefer", format!("wait={seconds}")))
    };
    let nothing = wait(1);
    assert_eq!(nothing.json()["data"]["revoked"], json!([]));
    let etag = nothing.header("etag").unwrap();
    let path = format!("{FEED}?since={}", next(&start));
    let known = send(server.request("GET", &path).header("X-API-Key", &key).header("If-None-Match", etag));
    assert_eq!(known.status, 304);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let answer = wait(25);
            (answer.json()["data"]["revoked"].clone(), Instant::now())
        });
        let ended = Instant::now();
        assert_eq!(post(&server, "/api/v1/auth/logout", &token).status, 200);
        let (revoked, heard) = waiting.join().unwrap();
        assert_eq!(revoked[0]["sid"], claims(&token)["sid"]);
        assert!(heard.duration_since(ended) < Duration::from_secs(10), "{:?}", heard.duration_since(ended));
    });
}

#[test]
fn a_server_that_ends_keeps_nobody_waiting() {
    let server = ServerProcess::start();
    let key = key_with(&server.test_dir, "tokens.verify");
    let start = feed(&server, &key, None);
    let mut connection = RawConnection::open(server.port);
    let since = next(&start);
    connection
        .send(format!("GET {FEED}?since={since} HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\nPrefer: wait=25\r\n\r\n"));
    assert!(connection.is_silent_for(Duration::from_millis(500)));
    let asked = Instant::now();
    server.signal(Signal::TERM);
    assert_eq!(connection.answer().status, 200);
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
}

#[test]
fn the_feed_is_for_those_who_may_verify_tokens() {
    let server = Server::start();
    let key = key_with(&server.test_dir, "users.read");
    assert_eq!(send(server.request("GET", FEED).header("X-API-Key", key)).status, 403);
    assert_eq!(server.get(FEED).status, 401);
}

#[test]
fn a_gateway_learns_who_calls() {
    let server = Server::start();
    let check = |path: &str, token: &str| {
        let request = server.request("GET", path).bearer_auth(token).header("X-User-Id", "1000");
        send(request.header("X-Scopes", "users.write"))
    };
    let token = server.token_of(EMAIL, PASSWORD);
    let answer = check("/api/v1/auth/check", &token);
    assert_eq!((answer.status, answer.text()), (200, String::new()));
    assert_eq!((answer.header("x-user-id"), answer.header("x-scopes")), (Some("1"), Some("")));
    assert_eq!(answer.header("x-session-id"), claims(&token)["sid"].as_str());

    assert_eq!(check("/api/v1/auth/check?permission=users.read", &token).status, 403);
    let key = key_with(&server.test_dir, "users.read");
    let answer = check("/api/v1/auth/check?permission=users.read", &key);
    assert_eq!((answer.status, answer.header("x-scopes")), (200, Some("users.read")));
    assert!(answer.header("x-client-id").is_some() && answer.header("x-user-id").is_none());
    assert!(answer.header("x-session-id").is_none());
    for query in ["?permission=nothing", "?permission=", "?permission=users.read&permission=users.read"] {
        assert_eq!(check(&format!("/api/v1/auth/check{query}"), &key).status, 422, "{query}");
    }
    assert_eq!(check("/api/v1/auth/check", "x.y.z").status, 401);
}

#[test]
fn whoever_acts_in_place_of_a_user_is_named_and_passes_for_no_change_of_access() {
    let (server, admin) = with_admin(&[]);
    server.register(EMAIL, PASSWORD);
    let run = |arguments: &[&str]| server.test_dir.run(arguments).succeeded();
    run(&["role", "create", "support", "--permission", "users.read", "--permission", "users.write"]);
    run(&["user", "grant", EMAIL, "support"]);
    let acting = administer(&server, "/api/v1/users/2/impersonate", &admin, &json!({"reason": "test"})).token();
    let check = |query: &str, token: &str| {
        let request = server.request("GET", &format!("/api/v1/auth/check{query}")).bearer_auth(token);
        send(request.header("X-Impersonator-Id", "1000"))
    };
    let answer = check("?permission=users.read", &acting);
    let named = ["x-user-id", "x-impersonator-id", "x-scopes"].map(|name| answer.header(name));
    assert_eq!((answer.status, named), (200, [Some("2"), Some("1"), Some("users.read")]));
    let refused = check("?permission=users.write", &acting);
    assert_eq!((refused.status, &refused.json()["details"]["reason"]), (403, &json!("IMPERSONATED")));
    let own = check("?permission=users.write", &server.login(EMAIL, PASSWORD).token());
    assert_eq!((own.status, own.header("x-impersonator-id")), (200, None));
}

#[test]
fn who_waits_and_may_ask_no_more_is_told_nothing() {
    let (server, key) = server_with_key();
    let start = next(&feed(&server, &key, None));
    let listed: Value = serde_json::from_str(&server.test_dir.run(&["key", "list", "--json"]).succeeded()).unwrap();
    let mut connection = RawConnection::open(server.port);
    connection
        .send(format!("GET {FEED}?since={start} HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\nPrefer: wait=25\r\n\r\n"));
    // For longer than a replica takes a key for what it was.
    assert!(connection.is_silent_for(Duration::from_secs(1)));
    server.test_dir.run(&["key", "revoke", listed[0]["id"].as_str().unwrap()]).succeeded();
    assert_eq!(connection.answer().status, 401);
}

#[test]
fn a_restored_database_that_has_caught_up_is_another_one() {
    let test_dir = TestDir::new();
    let server = test_dir.serve(&[ON_SQLITE]);
    let (key, token) = (key_with_settings(&test_dir, "tokens.verify", &[ON_SQLITE]), server.token_of(EMAIL, PASSWORD));
    let other = server.login(EMAIL, PASSWORD).token();
    let start = next(&feed(&server, &key, None));
    test_dir.run_with(&["backup", "copy.db"], &[ON_SQLITE]).succeeded();
    assert_eq!(post(&server, "/api/v1/auth/logout", &token).status, 200);
    let before = feed(&server, &key, Some(&start));
    assert_eq!(before["revoked"][0]["sid"], claims(&token)["sid"]);
    server.stop();

    fs::rename(test_dir.path().join("copy.db"), test_dir.path().join("app.db")).unwrap();
    for beside in ["app.db-wal", "app.db-shm"] {
        let _ = fs::remove_file(test_dir.path().join(beside));
    }
    let server = test_dir.serve(&[ON_SQLITE]);
    assert_eq!(post(&server, "/api/v1/auth/logout", &other).status, 200);
    let after = feed(&server, &key, Some(&next(&before)));
    assert_eq!((&after["reset"], &after["revoked"][0]["sid"]), (&json!(true), &claims(&other)["sid"]));
    assert_eq!(feed(&server, &key, Some(&next(&after)))["reset"], false);
}

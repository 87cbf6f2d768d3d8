//! One process: who may present credentials how often.

use serde_json::{Value, json};

use crate::support::{Answer, EMAIL, ON_SQLITE, PASSWORD, Server, TestDir, operations, send};

const BEHIND_A_PROXY: (&str, &str) = ("BACKEND_TRUSTED_PROXIES", "127.0.0.1");
const ENABLED: (&str, &str) = ("BACKEND_RATE_LIMIT_ENABLED", "true");
/// Nothing is given back while a test runs.
const SLOW: [(&str, &str); 2] =
    [("BACKEND_RATE_LIMIT_ADDRESS_PER_MINUTE", "1"), ("BACKEND_RATE_LIMIT_TOTAL_PER_MINUTE", "1")];

fn limited(settings: &[(&str, &str)]) -> Server {
    Server::with(&[&[ENABLED], &SLOW[..], settings].concat())
}

#[track_caller]
fn assert_limited(answer: &Answer, policy: &str, burst: u32) {
    assert_eq!(answer.error(), (429, "RATE_LIMITED".to_owned()));
    assert_eq!(answer.json()["details"], json!(null));
    let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    let expected = format!("\"{policy}\";q={burst};w={}", burst * 60);
    assert_eq!(answer.header("ratelimit-policy"), Some(expected.as_str()));
    assert_eq!(answer.header("ratelimit"), Some(format!("\"{policy}\";r=0;t={seconds}").as_str()));
}

#[test]
fn an_address_is_limited_and_nothing_but_credentials_counts() {
    let server = limited(&[("BACKEND_RATE_LIMIT_ADDRESS_BURST", "3")]);
    let token = server.token_of(EMAIL, PASSWORD);
    server.register(EMAIL, PASSWORD);
    server.register(EMAIL, PASSWORD);
    for _ in 0..5 {
        assert_eq!(server.login("not an address", PASSWORD).status, 422);
        assert_eq!(server.me(&token).status, 200);
    }
    assert_limited(&server.register("4@example.org", PASSWORD), "address", 3);
    for index in 0..3 {
        assert_eq!(
            server.login(&format!("{index}@example.org"), PASSWORD).status,
            400,
            "registrations are another bucket"
        );
    }
    assert_limited(&server.login("3@example.org", PASSWORD), "address", 3);
    assert_eq!((server.me(&token).status, server.get("/readiness").status), (200, 200));
}

/// A log-in of nobody in particular, from this address.
fn log_in_from(server: &Server, address: &str) -> Answer {
    let body = json!({ "email": format!("{}@example.org", address.replace(':', "-")), "password": PASSWORD });
    send(server.request("POST", "/api/v1/auth/login").header("X-Forwarded-For", address).json(&body))
}

#[test]
fn a_network_that_floods_uses_up_the_total_and_turns_nobody_else_away() {
    let server = limited(&[("BACKEND_RATE_LIMIT_TOTAL_BURST", "8"), BEHIND_A_PROXY]);
    for index in 0..8 {
        assert_eq!(log_in_from(&server, &format!("2001:db8:1:{index}::1")).status, 400);
    }
    for index in 8..16 {
        assert_limited(&log_in_from(&server, &format!("2001:db8:1:{index}::1")), "total", 8);
    }
    for other in ["2001:db8:2::1", "192.0.2.1"] {
        assert_eq!(log_in_from(&server, other).status, 400, "{other}");
    }
    assert_limited(&log_in_from(&server, "192.0.2.2"), "total", 8);
}

#[test]
fn an_ipv6_network_counts_as_several_addresses_and_nat64_as_the_address_within() {
    let server = limited(&[("BACKEND_RATE_LIMIT_ADDRESS_BURST", "1"), BEHIND_A_PROXY]);
    assert_eq!(log_in_from(&server, "2001:db8:1:1::1").status, 400);
    assert_limited(&log_in_from(&server, "2001:db8:1:1::2"), "address", 1);
    for index in 2..5 {
        assert_eq!(log_in_from(&server, &format!("2001:db8:1:{index}::1")).status, 400);
    }
    let refused = log_in_from(&server, "2001:db8:1:5::1");
    assert_eq!((refused.status, refused.header("ratelimit-policy")), (429, Some(r#""address";q=4;w=60"#)));
    assert_eq!(log_in_from(&server, "2001:db8:1:100::1").status, 400);
    assert_eq!(log_in_from(&server, "64:ff9b::192.0.2.1").status, 400);
    assert_eq!(log_in_from(&server, "64:ff9b::192.0.2.2").status, 400);
    assert_limited(&log_in_from(&server, "192.0.2.1"), "address", 1);
}

#[test]
fn the_limits_that_hold_unless_told_otherwise_are_those_of_the_contract() {
    let server = Server::with(&[ENABLED, ON_SQLITE, ("BACKEND_RATE_LIMIT_ADDRESS_PER_MINUTE", "1")]);
    let statuses: Vec<_> =
        (0..21).map(|index| server.login(&format!("{index}@example.org"), PASSWORD).status).collect();
    assert_eq!(statuses, [&[400; 20][..], &[429]].concat());
}

#[test]
fn limits_can_be_turned_off() {
    let off = ("BACKEND_RATE_LIMIT_ENABLED", "false");
    let server = Server::with(&[&SLOW[..], &[off, ("BACKEND_RATE_LIMIT_TOTAL_BURST", "1")]].concat());
    for _ in 0..30 {
        assert_eq!(server.login(EMAIL, PASSWORD).status, 400);
    }
    assert!(server.register(EMAIL, PASSWORD).json()["data"].get("device_token").is_none());
}

/// What checks, begins or changes a credential of a user draws on the limits. To end a key or a session does not: who has to end
/// many at once is not to wait.
fn draws_on_the_limits(method: &str, path: &str) -> bool {
    const CREDENTIALS: [&str; 9] =
        ["email", "login", "mfa", "passkeys", "password", "reauthenticate", "recovery-codes", "register", "totp"];
    if (method, path) == ("POST", "/api/v1/auth/passkeys/login/options") {
        // Every page with a log-in asks for them, for anybody, and nothing is looked up.
        return false;
    }
    let part = path.strip_prefix("/api/v1/auth/").and_then(|path| path.split('/').next());
    let is_of_factors = part.is_some_and(|part| CREDENTIALS.contains(&part)) || path == "/api/v1/users/{id}/mfa";
    let makes_one = ["/api/v1/api-keys", "/api/v1/users", "/api/v1/service-accounts/{id}/keys"].contains(&path);
    method != "GET" && is_of_factors || method == "POST" && makes_one
}

/// A body that is valid, for the calls that read it before they count.
fn body_for(method: &str, path: &str, email: &str) -> Value {
    let (wrong, new) = ("wrong horse battery", "another horse battery");
    match (method, path.rsplit_once("/auth/").map_or(path, |(_, end)| end)) {
        (_, "register" | "login" | "/api/v1/users") => json!({ "email": email, "password": PASSWORD }),
        (_, "mfa/verify") => json!({ "mfa_token": "x", "code": "123456" }),
        (_, "totp/confirm") => json!({ "code": "123456" }),
        (_, "password/forgot" | "email/resend") => json!({ "email": email }),
        (_, "password/reset") => json!({ "token": "x", "new_password": new }),
        (_, "password/change") => json!({ "current_password": wrong, "new_password": new }),
        (_, "email/verify") => json!({ "token": "x" }),
        (_, "email/change") => json!({ "new_email": email, "password": wrong }),
        (_, "reauthenticate") => json!({ "password": wrong }),
        ("POST", "passkeys" | "passkeys/login") => json!({ "credential": {}, "ceremony": "x" }),
        ("PATCH", "passkeys/{id}") | (_, "/api/v1/service-accounts/{id}/keys") => json!({ "name": "key" }),
        (_, "/api/v1/api-keys") => json!({ "name": "key", "permissions": [] }),
        _ => json!({}),
    }
}

#[test]
fn whatever_begins_or_changes_a_credential_draws_on_the_limits_and_nothing_else_does() {
    let server = limited(&[("BACKEND_RATE_LIMIT_ADDRESS_BURST", "1"), BEHIND_A_PROXY]);
    let from = |method: &str, path: &str, address: &str| {
        server.request(method, path).header("X-Forwarded-For", address.to_owned())
    };
    let credentials = json!({ "email": EMAIL, "password": PASSWORD });
    send(from("POST", "/api/v1/auth/register", "192.0.2.1").json(&credentials));
    server.test_dir.grant(EMAIL, "admin");
    let document = TestDir::new().openapi(&[]);
    for (number, (method, path, _)) in operations(&document).enumerate() {
        let [login, caller] = [1, 2].map(|network| format!("10.{network}.{number}.1"));
        let opened = send(from("POST", "/api/v1/auth/login", &login).json(&credentials));
        let (token, name) = (opened.token(), format!("{method} {path}"));
        let key = if path.contains("/users/") { "4711" } else { "00000000-0000-4000-8000-000000000000" };
        let body = body_for(&method, &path, &format!("{number}@example.org"));
        let call = || {
            let request = from(&method, &path.replace("{id}", key), &caller).bearer_auth(&token);
            send(if matches!(method.as_str(), "POST" | "PATCH") { request.json(&body) } else { request })
        };
        let is_limited = |answer: &Answer| {
            answer.status == 429 && answer.header("ratelimit-policy").is_some_and(|policy| policy.contains("address"))
        };
        let (first, second) = (call(), call());
        assert!(!is_limited(&first), "{name}: {}", first.text());
        assert_eq!(is_limited(&second), draws_on_the_limits(&method, &path), "{name}: {}", second.text());
    }
}

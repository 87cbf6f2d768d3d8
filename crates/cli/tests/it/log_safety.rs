//! Nothing that a client sends breaks a line of the log, and nothing secret reaches one.

use reqwest::header::HeaderValue;
use serde_json::json;

use crate::support::{EMAIL, HEADER, ServerProcess, claims_of, send, sign};

const DEBUG: [(&str, &str); 2] = [("BACKEND_LOG_LEVEL", "DEBUG"), ("BACKEND_DEBUG", "true")];
const CANARY: &str = "canary-password-4711";

/// As clients may write what ends a line, steers a terminal or turns text round.
const INJECTIONS: [&str; 7] = [
    "/a%0d%0aINJECTED",
    "/a%0aINJECTED",
    "/a%1b[31mINJECTED",
    "/a%e2%80%a8INJECTED",
    "/a%c2%85INJECTED",
    "/a%e2%80%aeINJECTED",
    "/a\"}{\"INJECTED\":\"",
];

/// Characters that some readers take for the end of a line, and others that must not be seen raw.
fn is_dangerous(character: char) -> bool {
    (character.is_control() && character != '\n') || ('\u{2028}'..='\u{202e}').contains(&character)
}

#[test]
fn nothing_in_a_path_breaks_a_line() {
    for format in ["json", "text"] {
        let server = ServerProcess::with(&[DEBUG[0], DEBUG[1], ("BACKEND_LOG_FORMAT", format)]);
        for path in INJECTIONS {
            let answer = server.raw(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
            assert!([400, 404].contains(&answer.status), "{path}");
        }
        for path in ["/a\u{2028}INJECTED", "/a\u{85}INJECTED", "/a\u{202e}INJECTED"] {
            let answer = server.raw(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
            assert!([400, 404].contains(&answer.status), "{path}");
        }
        let log = server.stop();
        assert!(!log.text().contains(is_dangerous));
        assert!(log.lines().iter().all(|line| !line.starts_with("INJECTED")));
        if format == "json" {
            let paths = log.json_lines().into_iter().filter(|line| line["path"].is_string()).count();
            assert!(paths >= INJECTIONS.len() - 1, "{paths}");
        }
    }
}

#[test]
fn nothing_in_a_header_breaks_a_line() {
    for format in ["json", "text"] {
        let server = ServerProcess::with(&[DEBUG[0], DEBUG[1], ("BACKEND_LOG_FORMAT", format)]);
        for text in ["a\u{2028}INJECTED", "a\u{85}INJECTED", "a\u{202e}INJECTED", "a\"}INJECTED{", "a%0d%0aINJECTED"] {
            for name in ["User-Agent", "X-Request-ID", "Referer", "Accept-Language", "Forwarded"] {
                let value = HeaderValue::from_bytes(text.as_bytes()).unwrap();
                assert_eq!(send(server.request("GET", "/health").header(name, value)).status, 200);
            }
        }
        let bytes = HeaderValue::from_bytes(b"\xff\xfe\x80INJECTED").unwrap();
        assert_eq!(send(server.request("GET", "/health").header("User-Agent", bytes)).status, 200);
        let log = server.stop();
        assert!(log.text().contains("INJECTED") && !log.text().contains(is_dangerous));
        if format == "json" {
            assert!(log.json_lines().len() > 50);
        }
    }
}

#[test]
fn what_is_logged_of_a_header_reads_back_as_it_was_sent() {
    let server = ServerProcess::with(&DEBUG);
    let value = HeaderValue::from_bytes("a\u{2028}\"b".as_bytes()).unwrap();
    let request = server.request("GET", "/health").header("User-Agent", value);
    let id = send(request).request_id().to_owned();
    server.log().wait_for_request(&id);
    let lines = server.stop().json_lines();
    let headers = lines.iter().find(|line| line["request_id"] == *id && line["headers"].is_string()).unwrap();
    assert!(headers["headers"].as_str().unwrap().contains("user-agent: a\u{2028}\"b"), "{headers}");
}

#[test]
fn headers_are_logged_in_debug_mode_at_level_debug_and_never_otherwise() {
    for (settings, logged) in [
        ([("BACKEND_LOG_LEVEL", "DEBUG"), ("BACKEND_DEBUG", "true")], true),
        ([("BACKEND_LOG_LEVEL", "DEBUG"), ("BACKEND_DEBUG", "false")], false),
        ([("BACKEND_LOG_LEVEL", "INFO"), ("BACKEND_DEBUG", "true")], false),
    ] {
        let server = ServerProcess::with(&settings);
        assert_eq!(send(server.request("GET", "/health").header("User-Agent", "marked-4711")).status, 200);
        assert_eq!(server.stop().text().contains("marked-4711"), logged, "{settings:?}");
    }
}

#[test]
fn no_password_or_token_reaches_the_log_the_metrics_or_an_error() {
    let server = ServerProcess::with(&DEBUG);
    let token = server.token_of(EMAIL, CANARY);
    let second = server.login(EMAIL, CANARY).token();
    let forged = sign(HEADER, &claims_of(1).to_string(), "another key");
    let expired = {
        let mut claims = claims_of(1);
        claims["exp"] = json!(1);
        crate::support::forge(HEADER, &claims.to_string())
    };
    assert_eq!((server.me(&token).status, server.me(&second).status), (200, 200));

    let mut errors = vec![server.register(EMAIL, CANARY), server.login("eve@example.org", CANARY)];
    errors.extend([server.login(EMAIL, &format!("{CANARY}!")), server.login(EMAIL, &format!("{CANARY}\0"))]);
    errors.extend([&forged, &expired].map(|token| server.me(token)));
    errors.push(server.me(&format!("{token}x")));
    errors.push(server.post("/api/v1/auth/login", &json!({"email": [CANARY], "password": {"a": CANARY}})));
    errors.push(server.post_text("/api/v1/auth/login", format!("{{\"password\": \"{CANARY}\" oops")));
    errors.push(server.post_text("/api/v1/auth/login", format!("{{\"{CANARY}\": 1, \"{CANARY}\": 2}}")));
    errors.push(server.get(&format!("/nothing?token={token}&password={CANARY}")));
    errors.push(server.get(&format!("/api/v1/auth/me?access_token={token}")));
    for name in ["Cookie", "Proxy-Authorization", "Api-Key", "X-API-Key", "X-Auth-Token", "X-CSRF-Token", "Referer"] {
        errors.push(send(server.request("GET", "/nothing").header(name, format!("a={CANARY}; b={token}"))));
    }
    let metrics = server.metrics();
    server.deactivate(EMAIL);
    errors.push(server.me_refused_soon(&token));

    let log = server.stop().text();
    let signature = |token: &str| token.rsplit('.').next().unwrap().to_owned();
    let secrets = [CANARY.to_owned(), signature(&token), signature(&second), signature(&forged), signature(&expired)];
    for secret in secrets {
        assert!(!log.contains(&secret) && !metrics.contains(&secret), "{secret}");
        for error in &errors {
            assert!(error.status >= 400 && !error.text().contains(&secret), "{secret}: {}", error.text());
        }
    }
    assert!(log.contains("authorization: ********"), "headers were not logged at all");
}

#[test]
fn no_setting_that_is_secret_reaches_the_log() {
    let secrets =
        [("BACKEND_SECRET_KEY", "canary-signing-key-of-some-length"), ("BACKEND_LEGACY_SECRET_KEY", "canary-old")];
    let server = ServerProcess::with(&[secrets[0], secrets[1], DEBUG[0], DEBUG[1]]);
    server.get("/health");
    assert!(!server.stop().text().contains("canary"));
}

use regex::Regex;
use rstest::rstest;

use crate::support::{Answer, EMAIL, PASSWORD, Server, send};

fn assert_contract_headers(answer: &Answer) {
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("x-frame-options"), Some("DENY"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(answer.header("content-security-policy"), Some("default-src 'none'; frame-ancestors 'none'"));
    assert_eq!(answer.header("strict-transport-security"), None, "this is not HTTPS");
    assert_eq!(answer.header("server"), None);
    assert!(answer.header("x-process-time").unwrap().parse::<f64>().unwrap() >= 0.0);
    let id = answer.request_id();
    assert!(!id.is_empty() && id.len() <= 128, "{id}");
    let vary = answer.header("vary").unwrap().to_ascii_lowercase();
    let names: Vec<_> = vary.split(',').map(str::trim).collect();
    for name in ["origin", "accept-language", "accept-encoding"] {
        assert_eq!(names.iter().filter(|given| **given == name).count(), 1, "{vary}");
    }
}

#[test]
fn every_kind_of_answer_has_the_headers_of_the_contract() {
    let server = Server::start();
    let preflight = server.request("OPTIONS", "/api/v1/auth/me").header("Origin", "https://www.example.com");
    let answers = [
        (200, server.get("/health")),
        (200, server.get("/readiness")),
        (200, server.get("/metrics")),
        (200, server.register(EMAIL, PASSWORD)),
        (200, send(server.request("HEAD", "/health"))),
        (200, send(preflight.header("Access-Control-Request-Method", "GET"))),
        (400, server.login(EMAIL, "wrong horse battery")),
        (400, server.post_text("/api/v1/auth/login", "{")),
        (401, server.get("/api/v1/auth/me")),
        (404, server.get("/nothing")),
        (405, server.get("/api/v1/auth/login")),
        (413, server.post_text("/api/v1/auth/login", " ".repeat(65_537))),
        (415, send(server.request("POST", "/api/v1/auth/login").body("{}"))),
        (422, server.post_text("/api/v1/auth/login", "{}")),
        (431, send(server.request("GET", "/health").header("X", "a".repeat(16 * 1024)))),
    ];
    for (status, answer) in answers {
        assert_eq!(answer.status, status);
        assert_contract_headers(&answer);
    }
}

#[test]
fn nothing_under_the_credential_routes_is_ever_stored() {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    let private = [
        server.login(EMAIL, PASSWORD),
        server.login(EMAIL, "wrong horse battery"),
        server.me(&token),
        server.get("/api/v1/auth/me"),
        server.get("/api/v1/auth/login"),
        server.get("/api/v1/auth/nothing"),
        server.get("/api/v1/auth"),
        server.post_text("/api/v1/auth/login", "{}"),
    ];
    for answer in private {
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", answer.text());
    }
    assert_eq!(server.get("/health").header("cache-control"), None);
}

#[rstest]
#[case("a")]
#[case("Trace-1.2_3")]
#[case(
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456x"
)]
fn a_usable_request_id_is_kept(#[case] id: &str) {
    let server = Server::start();
    for path in ["/health", "/nothing"] {
        let answer = send(server.request("GET", path).header("X-Request-ID", id));
        assert_eq!(answer.request_id(), id);
    }
    assert_eq!(send(server.request("GET", "/nothing").header("X-Request-ID", id)).json()["request_id"], id);
}

#[rstest]
#[case::empty("")]
#[case::space("a b")]
#[case::semicolon("a;b")]
#[case::percent("a%0d%0ab")]
#[case::quote("a\"b")]
#[case::slash("a/b")]
#[case::angle_bracket("<script>")]
#[case::too_long(
    "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567x"
)]
fn any_other_request_id_is_replaced(#[case] id: &str) {
    let server = Server::start();
    let answer = send(server.request("GET", "/nothing").header("X-Request-ID", id));
    assert_ne!(answer.request_id(), id);
    assert_eq!(answer.error().0, 404);
    let another = send(server.request("GET", "/nothing").header("X-Request-ID", id));
    assert_ne!(answer.request_id(), another.request_id());
}

#[test]
fn the_process_time_is_in_seconds_and_coarse_where_it_could_tell_something() {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    let fine = Regex::new(r"^\d+\.\d{4,}$").unwrap();
    for answer in [server.get("/health"), server.me(&token), server.get("/nothing")] {
        assert!(fine.is_match(answer.header("x-process-time").unwrap()), "{answer:?}");
    }
    let coarse = Regex::new(r"^\d+\.\d{3}$").unwrap();
    let credential_calls =
        [server.login(EMAIL, PASSWORD), server.login(EMAIL, "wrong horse"), server.register(EMAIL, PASSWORD)];
    for answer in credential_calls {
        assert!(coarse.is_match(answer.header("x-process-time").unwrap()), "{answer:?}");
    }
}

#[test]
fn an_upgrade_that_is_not_made_does_not_look_accepted() {
    let answer =
        Server::start().raw("GET /health HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
}

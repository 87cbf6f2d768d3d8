//! One limit for all calls of one address.

use rstest::rstest;

use crate::support::{Answer, Server, TestDir, operations, send};

/// Nothing comes back while a test runs.
const SLOW: (&str, &str) = ("BACKEND_RATE_LIMIT_GENERAL_PER_MINUTE", "1");
const ON: (&str, &str) = ("BACKEND_RATE_LIMIT_ENABLED", "true");

fn limited_to(burst: &str, settings: &[(&str, &str)]) -> Server {
    Server::with(&[&[ON, SLOW, ("BACKEND_RATE_LIMIT_GENERAL_BURST", burst)], settings].concat())
}

fn ask_as(server: &Server, address: &str) -> Answer {
    send(server.request("GET", "/api/v1/auth/me").header("X-Forwarded-For", address))
}

#[test]
fn calls_beyond_the_burst_are_refused_with_the_wait() {
    let server = limited_to("2", &[]);
    assert_eq!([server.get("/nothing").status, server.get("/api/v1/auth/me").status], [404, 401]);
    let answer = server.get("/api/v1/auth/me");
    assert_eq!(answer.error(), (429, "RATE_LIMITED".to_owned()));
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(answer.header("ratelimit-policy"), Some(r#""general";q=2;w=120"#));
    assert_eq!(answer.header("ratelimit"), Some(format!(r#""general";r=0;t={wait}"#).as_str()));
}

#[test]
fn probes_are_neither_counted_nor_refused() {
    let server = limited_to("1", &[]);
    for path in ["/health", "/readiness", "/metrics", "/health"] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    assert_eq!(server.get("/nothing").status, 404);
    assert_eq!(server.get("/nothing").status, 429);
    assert_eq!(server.get("/health").status, 200);
}

#[test]
fn a_thousand_claimed_addresses_of_one_peer_are_one() {
    let server = limited_to("20", &[]);
    let claim = |number: u32| ask_as(&server, &format!("192.0.{}.{}", number / 250, number % 250)).status;
    let answers: Vec<_> = (0..1000).map(claim).collect();
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 20);
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 980);
}

#[rstest]
#[case::own_address("192.0.2.1", "192.0.2.2", 401)]
#[case::own_network("2001:db8:0:1::1", "2001:db8:0:2::1", 401)]
#[case::shared_network("2001:db8:0:1::1", "2001:db8:0:1:ffff::1", 429)]
#[case::same_address("192.0.2.1", "::ffff:192.0.2.1", 429)]
fn behind_a_trusted_proxy_each_client_has_a_limit(#[case] first: &str, #[case] second: &str, #[case] status: u16) {
    let server = limited_to("1", &[("BACKEND_TRUSTED_PROXIES", "127.0.0.1")]);
    assert_eq!(ask_as(&server, first).status, 401);
    assert_eq!(ask_as(&server, first).status, 429);
    assert_eq!(ask_as(&server, second).status, status);
}

#[test]
fn a_page_of_another_origin_can_read_the_refusal() {
    let server = limited_to("1", &[("BACKEND_ALLOWED_ORIGINS", "https://www.example.com")]);
    server.get("/nothing");
    let answer = send(server.request("GET", "/nothing").header("Origin", "https://www.example.com"));
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://www.example.com"));
}

#[test]
fn without_limits_nobody_is_refused() {
    let off = ("BACKEND_RATE_LIMIT_ENABLED", "false");
    let server = limited_to("1", &[off]);
    assert!((0..5).all(|_| server.get("/nothing").status == 404));
}

#[test]
fn the_document_tells_of_the_limit_where_there_is_one() {
    let limited = |settings: &[(&str, &str)]| -> Vec<String> {
        let document = TestDir::new().openapi(settings);
        let is_limited = |(_, path, operation): (_, String, &serde_json::Value)| {
            let headers = &operation["responses"]["429"]["headers"];
            ["Retry-After", "RateLimit", "RateLimit-Policy"]
                .iter()
                .all(|name| headers[*name].is_object())
                .then_some(path)
        };
        operations(&document).filter_map(is_limited).collect()
    };
    let called: Vec<_> = operations(&TestDir::new().openapi(&[])).map(|(_, path, _)| path).collect();
    let is_probe = |path: &str| ["/health", "/readiness", "/metrics"].contains(&path);
    let expected: Vec<_> = called.into_iter().filter(|path| !is_probe(path)).collect();
    assert_eq!(limited(&[ON]), expected);
    assert!(limited(&[]).is_empty());
}

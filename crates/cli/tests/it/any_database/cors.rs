use rstest::rstest;

use crate::support::{Answer, Server, send};

const ORIGIN: &str = "https://www.example.com";

fn get(server: &Server, origin: &str) -> Answer {
    send(server.request("GET", "/health").header("Origin", origin))
}

fn preflight(server: &Server, origin: &str, method: &str, headers: Option<&str>) -> Answer {
    let request = server.request("OPTIONS", "/api/v1/auth/me").header("Origin", origin);
    let request = request.header("Access-Control-Request-Method", method);
    send(match headers {
        Some(headers) => request.header("Access-Control-Request-Headers", headers),
        None => request,
    })
}

/// The items of a header that is a list, in lower case and in order.
fn list(answer: &Answer, name: &str) -> Vec<String> {
    let value = answer.header(name).unwrap_or_default().to_ascii_lowercase();
    let mut items: Vec<_> = value.split(',').map(|item| item.trim().to_owned()).collect();
    items.sort();
    items
}

fn varies_on_origin(answer: &Answer) -> bool {
    list(answer, "vary").contains(&"origin".to_owned())
}

#[rstest]
#[case(ORIGIN)]
#[case("http://localhost:3000")]
#[case("null")]
fn in_development_any_origin_is_answered_with_credentials(#[case] origin: &str) {
    let server = Server::start();
    for answer in [get(&server, origin), send(server.request("GET", "/nothing").header("Origin", origin))] {
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
        assert!(varies_on_origin(&answer));
    }
}

#[rstest]
#[case("GET")]
#[case("POST")]
#[case("PUT")]
#[case("PATCH")]
#[case("DELETE")]
fn a_preflight_is_granted_the_method_and_the_headers_it_asks_for(#[case] method: &str) {
    let server = Server::start();
    let answer = preflight(&server, ORIGIN, method, Some("authorization, content-type, x-anything"));
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    assert!(list(&answer, "access-control-allow-methods").contains(&method.to_ascii_lowercase()));
    assert_eq!(list(&answer, "access-control-allow-headers"), ["authorization", "content-type", "x-anything"]);
    assert!(varies_on_origin(&answer));
}

#[test]
fn a_preflight_that_asks_for_no_headers_is_granted() {
    let answer = preflight(&Server::start(), ORIGIN, "GET", None);
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some(ORIGIN)));
}

#[rstest]
#[case(r#"["https://www.example.com", "http://localhost:3000"]"#)]
#[case("https://www.example.com,http://localhost:3000")]
fn named_origins_are_answered(#[case] allowed: &str) {
    let server = Server::with(&[("BACKEND_ALLOWED_ORIGINS", allowed)]);
    for origin in [ORIGIN, "http://localhost:3000"] {
        for answer in [get(&server, origin), preflight(&server, origin, "POST", Some("content-type"))] {
            assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some(origin)));
            assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
            assert!(varies_on_origin(&answer));
        }
    }
}

#[rstest]
#[case::another("https://evil.example")]
#[case::scheme("http://www.example.com")]
#[case::port("https://www.example.com:8443")]
#[case::subdomain("https://x.www.example.com")]
#[case::parent("https://example.com")]
#[case::longer("https://www.example.com.evil.example")]
#[case::prefix("https://www.example.co")]
#[case::case("https://WWW.example.com")]
#[case::slash("https://www.example.com/")]
#[case::null("null")]
#[case::star("*")]
fn an_origin_that_is_not_named_exactly_is_not_answered(#[case] origin: &str) {
    let server = Server::with(&[("BACKEND_ALLOWED_ORIGINS", ORIGIN)]);
    for answer in [get(&server, origin), preflight(&server, origin, "GET", None)] {
        assert_eq!(answer.header("access-control-allow-origin"), None);
        assert!(varies_on_origin(&answer));
    }
}

#[rstest]
#[case("GET", None)]
#[case("DELETE", Some("authorization"))]
fn a_preflight_that_is_not_granted_wears_the_envelope(#[case] method: &str, #[case] headers: Option<&str>) {
    let server = Server::with(&[("BACKEND_ALLOWED_ORIGINS", ORIGIN)]);
    let answer = preflight(&server, "https://evil.example", method, headers);
    assert_eq!(answer.error(), (400, "BAD_REQUEST".to_owned()));
    assert!(varies_on_origin(&answer));
}

#[test]
fn scripts_may_read_when_to_come_back_and_what_names_the_request_in_the_log() {
    let server = Server::with(&[("BACKEND_ALLOWED_ORIGINS", ORIGIN)]);
    let exposed = list(&get(&server, ORIGIN), "access-control-expose-headers");
    assert_eq!(exposed, ["location", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id"]);
}

#[test]
fn a_request_without_an_origin_is_served_and_marked_as_depending_on_it() {
    let server = Server::with(&[("BACKEND_ALLOWED_ORIGINS", ORIGIN)]);
    let answer = server.get("/health");
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, None));
    assert!(varies_on_origin(&answer));
}

#[rstest]
#[case("*")]
#[case("https://www.example.com")]
fn a_request_that_names_no_origin_is_told_nothing_of_them(#[case] allowed: &str) {
    let server = Server::with(&[("BACKEND_ALLOWED_ORIGINS", allowed)]);
    let answer = server.get("/health");
    assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{answer:?}");
    assert!(varies_on_origin(&answer));
    let request = server.request("OPTIONS", "/health").header("Access-Control-Request-Method", "GET");
    assert_eq!(send(request).error(), (405, "METHOD_NOT_ALLOWED".to_owned()));
}

//! Plain HTTP where HTTPS is required, and what HTTPS adds.

use reqwest::blocking::RequestBuilder as Request;
use rstest::rstest;

use crate::support::{Answer, EMAIL, PASSWORD, Server, TestDir, operations, send};

const REQUIRED: (&str, &str) = ("BACKEND_REQUIRE_HTTPS", "true");
const BEHIND_A_PROXY: (&str, &str) = ("BACKEND_TRUSTED_PROXIES", "127.0.0.1");
const PUBLIC: (&str, &str) = ("BACKEND_PUBLIC_URL", "https://api.example.com/base/");

fn assert_refused(answer: &Answer) {
    assert_eq!(answer.error(), (403, "FORBIDDEN".to_owned()));
    assert_eq!(answer.json()["details"]["reason"], "HTTPS_REQUIRED");
    assert_eq!((answer.header("location"), answer.header("strict-transport-security")), (None, None));
}

#[rstest]
#[case::call("GET", "/api/v1/auth/me", |request: Request| request)]
#[case::credentials("POST", "/api/v1/auth/login", |request: Request| request.json(&serde_json::json!({})))]
#[case::unknown_path("GET", "/nothing", |request: Request| request)]
#[case::preflight(
    "OPTIONS", "/api/v1/auth/login",
    |request: Request| request.header("Origin", "https://a.example").header("Access-Control-Request-Method", "POST")
)]
#[case::claimed_by_a_stranger("GET", "/api/v1/auth/me", |request: Request| request.header("X-Forwarded-Proto", "https"))]
#[case::page("GET", "/docs", |request: Request| request)]
fn plain_http_is_refused(#[case] method: &str, #[case] path: &str, #[case] prepare: fn(Request) -> Request) {
    assert_refused(&send(prepare(Server::with(&[REQUIRED]).request(method, path))));
}

#[test]
fn a_page_of_an_allowed_origin_can_read_the_refusal_and_sends_no_secrets_for_it() {
    let server = Server::with(&[REQUIRED, ("BACKEND_ALLOWED_ORIGINS", "https://a.example")]);
    let asked_by = |method, origin| server.request(method, "/api/v1/auth/me").header("Origin", origin);
    let allowed = send(asked_by("GET", "https://a.example"));
    assert_refused(&allowed);
    assert_eq!(allowed.header("access-control-allow-origin"), Some("https://a.example"));
    let other = send(asked_by("GET", "https://b.example"));
    assert_refused(&other);
    assert_eq!(other.header("access-control-allow-origin"), None);
    // Were it granted, the browser would send the token in the clear.
    assert_refused(&send(asked_by("OPTIONS", "https://a.example").header("Access-Control-Request-Method", "GET")));
}

#[test]
fn the_refusal_speaks_both_languages() {
    let server = Server::with(&[REQUIRED]);
    let refused = |language| send(server.request("GET", "/nothing").header("Accept-Language", language)).message();
    assert_eq!(refused("en"), "Plain HTTP is not served here; use HTTPS");
    assert_eq!(refused("zh"), "此处不提供明文HTTP服务，请使用HTTPS");
}

#[test]
fn a_password_over_plain_http_is_refused_before_it_is_read() {
    let server = Server::with(&[REQUIRED]);
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n";
    let answer = server.raw(format!("{head}Content-Length: 1000\r\n\r\n"));
    assert_eq!((answer.status, &answer.json()["details"]["reason"]), (403, &"HTTPS_REQUIRED".into()));
}

#[test]
fn probes_are_answered_over_plain_http() {
    let server = Server::with(&[REQUIRED]);
    for path in ["/health", "/readiness", "/metrics"] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("strict-transport-security")), (200, None), "{path}");
    }
}

#[rstest]
#[case("GET", "/docs")]
#[case("HEAD", "/docs")]
#[case("GET", "/redoc")]
fn pages_are_looked_for_below_the_public_url_and_never_below_the_host(#[case] method: &str, #[case] path: &str) {
    let server = Server::with(&[REQUIRED, PUBLIC]);
    let answer = send(server.request(method, &format!("{path}?a=b")).header("Host", "evil.example"));
    assert_eq!((answer.status, answer.header("strict-transport-security")), (307, None));
    assert_eq!(answer.header("location"), Some(format!("https://api.example.com/base{path}").as_str()));
}

#[rstest]
#[case("POST", "/docs")]
#[case("GET", "/docs/x")]
#[case("GET", "/openapi.json")]
#[case("GET", "/api/v1/auth/me")]
fn nothing_else_is_redirected(#[case] method: &str, #[case] path: &str) {
    assert_refused(&send(Server::with(&[REQUIRED, PUBLIC]).request(method, path)));
}

#[rstest]
#[case("X-Forwarded-Proto", "https")]
#[case("Forwarded", "for=192.0.2.1;proto=https")]
fn https_that_a_trusted_proxy_ended_is_served_and_asks_to_stay(#[case] name: &str, #[case] value: &str) {
    let server = Server::with(&[REQUIRED, BEHIND_A_PROXY]);
    let over_https = |method, path| send(server.request(method, path).header(name, value));
    for (path, status) in [("/health", 200), ("/api/v1/auth/me", 401), ("/nothing", 404)] {
        let answer = over_https("GET", path);
        assert_eq!(answer.status, status, "{path}");
        let policy = answer.header("strict-transport-security");
        assert_eq!(policy, Some("max-age=31536000; includeSubDomains"), "{path}");
    }
    let register = server.request("POST", "/api/v1/auth/register").header(name, value);
    send(register.json(&serde_json::json!({"email": EMAIL, "password": PASSWORD}))).token();
}

#[test]
fn plain_http_that_a_trusted_proxy_took_is_refused() {
    let server = Server::with(&[REQUIRED, BEHIND_A_PROXY]);
    assert_refused(&send(server.request("GET", "/nothing").header("X-Forwarded-Proto", "http")));
    assert_refused(&send(server.request("GET", "/nothing").header("X-Forwarded-For", "192.0.2.1")));
}

#[test]
fn where_https_is_not_required_plain_http_is_served_without_asking_for_more() {
    let answer = Server::start().get("/health");
    assert_eq!((answer.status, answer.header("strict-transport-security")), (200, None));
}

#[test]
fn the_document_tells_of_the_refusal_where_there_is_one() {
    let refusing = |settings: &[(&str, &str)]| -> Vec<String> {
        let document = TestDir::new().openapi(settings);
        let refuses = |(_, path, operation): (_, String, &serde_json::Value)| {
            let examples = &operation["responses"]["403"]["content"]["application/json"]["examples"];
            examples["HttpsRequired"].is_object().then_some(path)
        };
        operations(&document).filter_map(refuses).collect()
    };
    let called: Vec<_> = operations(&TestDir::new().openapi(&[])).map(|(_, path, _)| path).collect();
    let is_probe = |path: &str| ["/health", "/readiness", "/metrics"].contains(&path);
    // Those of OAuth have a form of their own, which names no reason.
    let expected: Vec<_> = called.into_iter().filter(|path| !is_probe(path) && !path.starts_with("/oauth/")).collect();
    assert_eq!(refusing(&[REQUIRED]), expected);
    assert!(refusing(&[]).is_empty());
}

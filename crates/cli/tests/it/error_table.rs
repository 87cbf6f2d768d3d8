//! Every row of the contract's table of errors that a client can bring about.

use rstest::rstest;
use serde_json::json;

use crate::support::{Answer, EMAIL, PASSWORD, Server, send};

const GET_ROUTES: [&str; 5] = ["/health", "/readiness", "/metrics", "/api/v1/auth/me", "/health?x=y"];
const POST_ROUTES: [&str; 2] = ["/api/v1/auth/register", "/api/v1/auth/login"];

/// A request that brings the error about, given the language.
type Provoke = fn(&Server, &str) -> Answer;

fn post(server: &Server, language: &str, path: &str, kind: &str, body: impl Into<Vec<u8>>) -> Answer {
    let request = server.request("POST", path).header("Accept-Language", language).header("Content-Type", kind);
    send(request.body(body.into()))
}

fn get(server: &Server, language: &str, path: &str) -> Answer {
    send(server.request("GET", path).header("Accept-Language", language))
}

fn login(server: &Server, language: &str, body: &str) -> Answer {
    post(server, language, "/api/v1/auth/login", "application/json", body)
}

fn duplicate(server: &Server, language: &str) -> Answer {
    server.token_of(EMAIL, PASSWORD);
    let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    post(server, language, "/api/v1/auth/register", "application/json", body)
}

fn two_authorizations(server: &Server, language: &str) -> Answer {
    let request = server.request("GET", "/health").header("Accept-Language", language);
    send(request.header("Authorization", "Bearer a").header("Authorization", "Bearer b"))
}

#[rstest]
#[case::no_json(400, "BAD_REQUEST", ["请求体不是有效的JSON", "The body is not valid JSON"], |s: &Server, l: &str| login(s, l, "{"))]
#[case::contradiction(400, "BAD_REQUEST", ["请求格式错误", "The request is malformed"], two_authorizations)]
#[case::duplicate(400, "BUSINESS_ERROR", ["用户已存在", "The user already exists"], duplicate)]
#[case::credentials(
    400, "BUSINESS_ERROR", ["邮箱或密码错误", "Wrong e-mail address or password"],
    |s: &Server, l: &str| login(s, l, r#"{"email": "a@b.example", "password": "x"}"#)
)]
#[case::no_credentials(
    401, "UNAUTHORIZED", ["无效的认证凭据", "Invalid authentication credentials"], |s: &Server, l: &str| get(s, l, "/api/v1/auth/me")
)]
#[case::no_route(404, "NOT_FOUND", ["请求的资源不存在", "There is nothing here"], |s: &Server, l: &str| get(s, l, "/nothing"))]
#[case::no_method(
    405, "METHOD_NOT_ALLOWED", ["不支持该请求方法", "This method is not supported here"],
    |s: &Server, l: &str| get(s, l, "/api/v1/auth/login")
)]
#[case::large(
    413, "PAYLOAD_TOO_LARGE", ["请求体过大", "The body is too large"], |s: &Server, l: &str| login(s, l, &" ".repeat(65_537))
)]
#[case::no_json_type(
    415, "UNSUPPORTED_MEDIA_TYPE", ["不支持的请求内容类型", "This content type is not supported"],
    |s: &Server, l: &str| post(s, l, "/api/v1/auth/login", "text/plain", "{}")
)]
#[case::one_field(
    422, "VALIDATION_ERROR", ["邮箱地址格式不正确", "This is not a valid e-mail address"],
    |s: &Server, l: &str| login(s, l, r#"{"email": "x", "password": "x"}"#)
)]
#[case::two_fields(422, "VALIDATION_ERROR", ["请求数据校验失败", "The data is not valid"], |s: &Server, l: &str| login(s, l, "{}"))]
fn an_error_wears_the_envelope_in_both_languages(
    #[case] status: u16,
    #[case] code: &str,
    #[case] messages: [&str; 2],
    #[case] provoke: Provoke,
) {
    for (language, message) in ["zh", "en"].into_iter().zip(messages) {
        let answer = provoke(&Server::start(), language);
        assert_eq!(answer.error(), (status, code.to_owned()));
        assert_eq!(answer.message(), message);
    }
}

/// Where something can be deleted as well.
const ME: &str = "/api/v1/auth/me";
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"];

#[test]
fn every_get_route_answers_head_alike_and_without_a_body() {
    let server = Server::start();
    for path in GET_ROUTES {
        let (get, head) = (server.get(path), send(server.request("HEAD", path)));
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        assert!(head.header("content-length").is_some(), "{path}");
    }
}

#[test]
fn every_other_method_is_refused_with_those_that_are_allowed() {
    let server = Server::start();
    let get_routes = GET_ROUTES.map(|path| (path, if path == ME { "GET, HEAD, PATCH, DELETE" } else { "GET, HEAD" }));
    let post_routes = POST_ROUTES.map(|path| (path, "POST"));
    for (path, allowed) in get_routes.into_iter().chain(post_routes) {
        let others = METHODS.into_iter().filter(|method| !allowed.split(", ").any(|one| one == *method));
        for method in others {
            let answer = send(server.request(method, path));
            assert_eq!(answer.error(), (405, "METHOD_NOT_ALLOWED".to_owned()), "{method} {path}");
            assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
        }
    }
}

#[test]
fn head_on_a_route_without_get_is_refused_without_a_body() {
    let server = Server::start();
    for path in POST_ROUTES {
        let answer = send(server.request("HEAD", path));
        assert_eq!((answer.status, answer.header("allow"), answer.body.len()), (405, Some("POST"), 0), "{path}");
    }
}

#[rstest]
#[case("/health/")]
#[case("//health")]
#[case("/Health")]
#[case("/health/../metrics/x")]
#[case("/api/v1/auth")]
#[case("/api/v1/auth/register/")]
#[case("/%2e%2e/etc/passwd")]
#[case("/health%00")]
#[case("/%68ealth")]
#[case("/healt%68")]
#[case("/%6Detrics")]
#[case("/%6detrics?a=b")]
#[case("/metrics/")]
#[case("//metrics")]
#[case("/api//v1/auth/login")]
#[case("/api/%761/auth/login")]
#[case("/api/v1/auth/log%69n")]
#[case("/./health")]
#[case("http://x/%68ealth")]
fn what_is_no_route_is_not_found_whatever_the_method(#[case] path: &str) {
    let server = Server::start();
    for method in ["GET", "POST", "DELETE", "OPTIONS"] {
        let request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        let answer = server.raw(request);
        assert_eq!((answer.status, &answer.json()["error_code"]), (404, &json!("NOT_FOUND")), "{method} {path}");
    }
}

#[test]
fn another_spelling_of_a_path_counts_for_no_route() {
    let server = Server::start();
    assert_eq!(server.get("/%68ealth").status, 404);
    let metrics = server.metrics();
    assert!(metrics.contains(r#"http_requests_total{handler="none",method="GET",status="4xx"} 1"#), "{metrics}");
}

const NO_HOSTS: [&str; 16] = [
    "x y", "http://x", "x/health", "u:p@a", "u@a", "@a", "a:", "a:99999", "a:65536", "a:0", "a:-1", "a:+80", "a:x",
    "a:1:2", ":80", "[::1]:x",
];

#[test]
fn a_host_that_is_none_is_a_bad_request() {
    let server = Server::start();
    for host in NO_HOSTS {
        let answer = server.raw(format!("GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        assert_eq!((answer.status, &answer.json()["error_code"]), (400, &json!("BAD_REQUEST")), "{host}");
    }
}

#[test]
fn an_absolute_target_has_a_host_as_well() {
    let server = Server::start();
    for host in ["u:p@a", "u@a", "a:", "a:99999", "a:0", "[::1]:x"] {
        let answer = server.raw(format!("GET http://{host}/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        assert_eq!(answer.status, 400, "{host}");
    }
}

#[test]
fn any_host_that_is_one_is_served() {
    let server = Server::start();
    for host in ["", "x", "x:80", "x:65535", "127.0.0.1:1", "[::1]", "[::1]:8000", "a.example"] {
        let answer = server.raw(format!("GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        assert_eq!(answer.status, 200, "{host}");
    }
}

use std::io::Read;

use flate2::read::GzDecoder;
use regex::Regex;
use rstest::rstest;

use crate::support::{DEBUG, ON_SQLITE, Server, ServerProcess, TestDir, exchange, send};

const PAGES: [&str; 2] = ["/docs", "/redoc"];
const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Every path of the documentation with its content type.
const FILES: [(&str, &str); 10] = [
    ("/openapi.json", "application/json"),
    ("/docs", HTML),
    ("/docs/swagger-ui.css", CSS),
    ("/docs/swagger-ui-bundle.js", JAVASCRIPT),
    ("/docs/initialize.js", JAVASCRIPT),
    ("/docs/favicon-32x32.png", "image/png"),
    ("/redoc", HTML),
    ("/redoc/page.css", CSS),
    ("/redoc/redoc.standalone.js", JAVASCRIPT),
    ("/redoc/initialize.js", JAVASCRIPT),
];

const STRICT_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
const SWAGGER_UI_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const REDOC_POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' \
    'sha256-DLDPR1ic47WIdK2WyeLkblb/tm2mQH+Jt/NNhZWu1k0='; img-src 'self' data:; connect-src 'self'; \
    worker-src blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// What the tags of a page refer to, without what they hold themselves.
fn references(page: &str) -> Vec<String> {
    let attribute = Regex::new(r#" (?:href|src)="([^"]*)""#).unwrap();
    let all = attribute.captures_iter(page).map(|found| found[1].to_owned());
    all.filter(|reference| !reference.starts_with("data:")).collect()
}

#[test]
fn debug_mode_serves_every_file_as_what_it_is() {
    let server = Server::with_debug();
    for (path, content_type) in FILES {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(content_type)), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(!answer.body.is_empty(), "{path}");
        let head = send(server.request("HEAD", path));
        assert_eq!((head.status, head.header("content-type")), (200, Some(content_type)), "{path}");
        assert_eq!(head.header("content-length"), Some(answer.body.len().to_string().as_str()), "{path}");
        assert!(head.body.is_empty(), "{path}");
        let posted = send(server.request("POST", path));
        assert_eq!(posted.error(), (405, "METHOD_NOT_ALLOWED".to_owned()), "{path}");
    }
}

#[test]
fn without_debug_mode_there_is_no_documentation() {
    let server = Server::start();
    for (path, _) in FILES {
        for answer in [server.get(path), send(server.request("POST", path))] {
            assert_eq!(answer.error(), (404, "NOT_FOUND".to_owned()), "{path}");
            assert_eq!(answer.header("content-security-policy"), Some(STRICT_POLICY), "{path}");
        }
    }
}

#[test]
fn production_serves_no_documentation() {
    let server = Server::with(&[
        ("BACKEND_ENVIRONMENT", "production"),
        ("BACKEND_ALLOWED_ORIGINS", "https://www.example.com"),
        ("BACKEND_ARGON2_MEMORY_KIB", "19456"),
        ("BACKEND_ARGON2_TIME_COST", "2"),
        ("BACKEND_SHUTDOWN_DELAY_SECONDS", "0"),
        ("BACKEND_REQUIRE_HTTPS", "false"),
        ON_SQLITE,
    ]);
    for (path, _) in FILES {
        assert_eq!(server.get(path).error().0, 404, "{path}");
    }
}

#[rstest]
#[case("/docs/")]
#[case("/docs/index.html")]
#[case("/docs/swagger-initializer.js")]
#[case("/redoc/")]
#[case("/redoc/nothing.js")]
#[case("/openapi.yaml")]
fn what_is_not_part_of_the_documentation_is_not_found(#[case] path: &str) {
    let server = Server::with_debug();
    assert_eq!(server.get(path).error(), (404, "NOT_FOUND".to_owned()));
}

#[test]
fn only_the_pages_have_a_wider_security_policy() {
    let server = Server::with_debug();
    for (path, _) in FILES {
        let expected = match path {
            "/docs" => SWAGGER_UI_POLICY,
            "/redoc" => REDOC_POLICY,
            _ => STRICT_POLICY,
        };
        assert_eq!(server.get(path).header("content-security-policy"), Some(expected), "{path}");
    }
}

#[test]
fn everything_that_a_page_refers_to_is_served() {
    let server = Server::with_debug();
    let mut wanted = Vec::new();
    for page in PAGES {
        let text = server.get(page).text();
        let references = references(&text);
        assert!(references.iter().all(|reference| reference.starts_with(&format!("{}/", &page[1..]))), "{text}");
        wanted.extend(references.into_iter().map(|reference| format!("/{reference}")));
    }
    let mut expected: Vec<_> = FILES.iter().map(|(path, _)| *path).collect();
    expected.retain(|path| !PAGES.contains(path) && *path != "/openapi.json");
    expected.sort_unstable();
    wanted.sort();
    assert_eq!(wanted, expected);
}

#[test]
fn the_pages_read_the_document_from_where_they_are() {
    let server = Server::with_debug();
    for page in PAGES {
        let script = server.get(&format!("{page}/initialize.js")).text();
        assert!(script.contains(r#""openapi.json""#), "{script}");
    }
}

#[test]
fn the_pages_hold_no_code_no_style_and_no_other_host() {
    let server = Server::with_debug();
    let inline = Regex::new(r"(?i)<style| style=| on[a-z]+=|<script(?: [^>]*)?>[^<]|<script>|javascript:").unwrap();
    let elsewhere = Regex::new(r#"(?i)https?:|["']//"#).unwrap();
    for page in PAGES {
        let text = server.get(page).text();
        assert!(text.starts_with("<!DOCTYPE html>\n<html lang=\"en\">\n"), "{text}");
        assert!(text.contains("<script src="), "{text}");
        assert!(!inline.is_match(&text), "{text}");
        for own in [text, server.get(&format!("{page}/initialize.js")).text()] {
            assert!(!elsewhere.is_match(&own), "{own}");
        }
    }
}

#[test]
fn name_and_description_of_the_settings_are_shown_and_cannot_break_out() {
    let server = Server::with(&[
        DEBUG,
        ("BACKEND_APP_NAME", r#"<b>&"x"#),
        ("BACKEND_APP_DESCRIPTION", r#""><script>alert('x')</script>"#),
    ]);
    for (page, tool) in [("/docs", "Swagger UI"), ("/redoc", "ReDoc")] {
        let text = server.get(page).text();
        assert!(text.contains(&format!("<title>&lt;b&gt;&amp;&quot;x - {tool}</title>")), "{text}");
        let description = r#"content="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;""#;
        assert!(text.contains(description), "{text}");
    }
    assert_eq!(server.get("/openapi.json").json()["info"]["title"], r#"<b>&"x"#);
}

#[test]
fn the_document_is_the_one_that_the_command_prints() {
    let settings = [DEBUG, ("BACKEND_APP_NAME", "Pages of a test"), ("BACKEND_APP_VERSION", "7.8.9")];
    let test_dir = TestDir::new();
    let served = test_dir.serve(&settings).get("/openapi.json");
    assert_eq!(served.text(), test_dir.run_with(&["openapi"], &settings).succeeded());
    let information = &served.json()["info"];
    assert_eq!((&information["title"], &information["version"]), (&"Pages of a test".into(), &"7.8.9".into()));
}

#[test]
fn a_compressed_script_is_the_same_script() {
    let server = Server::with_debug();
    for path in ["/docs/swagger-ui-bundle.js", "/redoc/redoc.standalone.js"] {
        let plain = server.get(path);
        let answer = send(server.request("GET", path).header("Accept-Encoding", "gzip"));
        assert_eq!(answer.header("content-encoding"), Some("gzip"), "{path}");
        assert!(answer.body.len() < plain.body.len() / 2, "{path}");
        let mut inflated = Vec::new();
        GzDecoder::new(answer.body.as_slice()).read_to_end(&mut inflated).unwrap();
        assert!(inflated == plain.body, "{path}");
    }
}

#[test]
fn the_metrics_name_the_paths_of_the_documentation() {
    let server = Server::with_debug();
    server.get("/docs");
    server.get("/docs/made-up");
    let text = server.metrics();
    assert!(text.contains(r#"http_requests_total{handler="/docs",method="GET",status="2xx"} 1"#), "{text}");
    assert!(text.contains(r#"http_requests_total{handler="none",method="GET",status="4xx"} 1"#), "{text}");
}

#[test]
fn the_documentation_stays_where_the_service_is_when_the_metrics_move() {
    let server = ServerProcess::with(&[DEBUG, ("BACKEND_METRICS_BIND", "127.0.0.1:0")]);
    let is_metrics = |message: &serde_json::Value| message.as_str().unwrap().starts_with("Serving metrics at http://");
    let line = server.log().wait_for(|line| is_metrics(&line["message"]));
    let metrics_port = u16::try_from(line["port"].as_u64().unwrap()).unwrap();
    for (path, _) in FILES {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert_eq!(exchange(metrics_port, request.as_bytes()).status, 404, "{path}");
        assert_eq!(server.get(path).status, 200, "{path}");
    }
}

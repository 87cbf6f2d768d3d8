use std::collections::BTreeMap;

use crate::support::{EMAIL, PASSWORD, Server, ServerProcess, send};

/// The samples of a text in the Prometheus format, by series.
fn samples(text: &str) -> BTreeMap<&str, &str> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.rsplit_once(' ').unwrap()).collect()
}

fn type_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(&format!("# TYPE {name} ")))
}

/// A server after a known series of requests.
fn server_with_history() -> Server {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    server.login(EMAIL, PASSWORD);
    server.login(EMAIL, "wrong horse battery");
    server.login("unknown@example.org", PASSWORD);
    server.me(&token);
    server.me("x.y.z");
    server.get("/health");
    server.get("/health?with=a&query=too");
    send(server.request("HEAD", "/health"));
    server
}

#[test]
fn every_series_has_the_type_of_the_contract() {
    let text = server_with_history().metrics();
    for (name, kind) in [
        ("auth_attempts_total", "counter"),
        ("request_duration_seconds", "histogram"),
        ("http_requests_total", "counter"),
        ("http_request_duration_seconds", "histogram"),
        ("http_request_duration_highr_seconds", "histogram"),
        ("http_request_size_bytes", "summary"),
        ("http_response_size_bytes", "summary"),
        ("worker_pool_queue_depth", "gauge"),
        ("worker_pool_busy_threads", "gauge"),
        ("worker_pool_wait_seconds", "histogram"),
        ("worker_pool_refusals_total", "counter"),
        ("ore_build_info", "gauge"),
    ] {
        assert_eq!(type_of(&text, name), Some(kind), "{name}");
    }
}

#[test]
fn the_values_are_those_of_the_requests() {
    let text = server_with_history().metrics();
    let samples = samples(&text);
    let expected = [
        (r#"auth_attempts_total{result="success"}"#, "1"),
        (r#"auth_attempts_total{result="failure"}"#, "2"),
        ("request_duration_seconds_count", "3"),
        (r#"request_duration_seconds_bucket{le="10"}"#, "3"),
        (r#"http_requests_total{handler="/api/v1/auth/register",method="POST",status="2xx"}"#, "1"),
        (r#"http_requests_total{handler="/api/v1/auth/login",method="POST",status="2xx"}"#, "1"),
        (r#"http_requests_total{handler="/api/v1/auth/login",method="POST",status="4xx"}"#, "2"),
        (r#"http_requests_total{handler="/api/v1/auth/me",method="GET",status="2xx"}"#, "1"),
        (r#"http_requests_total{handler="/api/v1/auth/me",method="GET",status="4xx"}"#, "1"),
        (r#"http_requests_total{handler="/health",method="GET",status="2xx"}"#, "2"),
        (r#"http_requests_total{handler="/health",method="HEAD",status="2xx"}"#, "1"),
        (r#"http_request_duration_seconds_count{handler="/api/v1/auth/login",method="POST"}"#, "3"),
        (r#"http_request_duration_seconds_bucket{handler="/health",method="GET",le="+Inf"}"#, "2"),
        ("http_request_duration_highr_seconds_count", "9"),
        (r#"http_request_size_bytes_count{handler="/api/v1/auth/login"}"#, "3"),
        (r#"http_response_size_bytes_count{handler="/health"}"#, "3"),
        (r#"worker_pool_wait_seconds_count{pool="hash"}"#, "4"),
        (r#"worker_pool_queue_depth{pool="hash"}"#, "0"),
        (r#"worker_pool_refusals_total{pool="database-write",reason="queue_full"}"#, "0"),
        (concat!("ore_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}"), "1"),
    ];
    for (series, value) in expected {
        assert_eq!(samples.get(series), Some(&value), "{series}");
    }
    let sum = |series: &str| samples[series].parse::<f64>().unwrap();
    assert!(sum(r#"http_request_size_bytes_sum{handler="/api/v1/auth/register"}"#) > 40.0);
    assert!(sum(r#"http_response_size_bytes_sum{handler="/api/v1/auth/register"}"#) > 200.0);
}

#[test]
fn sums_over_credential_calls_are_in_whole_milliseconds() {
    let server = Server::start();
    server.register(EMAIL, PASSWORD);
    for password in [PASSWORD, "wrong horse battery", "battery horse wrong"] {
        server.login(EMAIL, password);
    }
    let text = server.metrics();
    let samples = samples(&text);
    for series in [
        "request_duration_seconds_sum",
        "http_request_duration_highr_seconds_sum",
        r#"http_request_duration_seconds_sum{handler="/api/v1/auth/login",method="POST"}"#,
        r#"http_request_duration_seconds_sum{handler="/api/v1/auth/register",method="POST"}"#,
        r#"worker_pool_wait_seconds_sum{pool="hash"}"#,
    ] {
        let milliseconds = samples[series].parse::<f64>().unwrap() * 1000.0;
        assert!((milliseconds - milliseconds.round()).abs() < 1e-6, "{series} {milliseconds}");
    }
}

#[test]
fn requests_that_are_no_attempt_are_not_counted_as_one() {
    let server = Server::start();
    server.post_text("/api/v1/auth/login", "{}");
    server.post_text("/api/v1/auth/login", "{");
    server.get("/api/v1/auth/login");
    let text = server.metrics();
    let samples = samples(&text);
    assert_eq!(samples[r#"auth_attempts_total{result="failure"}"#], "0");
    assert_eq!(samples["request_duration_seconds_count"], "0");
}

#[test]
fn what_clients_make_up_makes_no_labels() {
    let server = Server::start();
    for number in 0..20 {
        server.get(&format!("/dreamt/up/{number}"));
        send(server.request(&format!("MADEUP{number}"), "/health"));
        send(server.request(&format!("MADEUP{number}"), &format!("/dreamt/up/{number}")));
        server.raw(format!("GET /raw\"{number} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    }
    let text = server.metrics();
    assert!(!text.contains("dreamt") && !text.contains("MADEUP") && !text.contains("raw"), "{text}");
    let samples = samples(&text);
    assert_eq!(samples[r#"http_requests_total{handler="none",method="GET",status="4xx"}"#], "40");
    let series: Vec<_> = samples.keys().filter(|name| name.starts_with("http_requests_total{")).collect();
    assert_eq!(series.len(), 3, "{series:?}");
}

#[test]
fn the_scrape_says_what_it_is() {
    let answer = Server::start().get("/metrics");
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
}

#[test]
fn metrics_can_have_a_port_of_their_own() {
    let server = ServerProcess::with(&[("BACKEND_METRICS_BIND", "127.0.0.1:0")]);
    assert_eq!(server.get("/metrics").error(), (404, "NOT_FOUND".to_owned()));
    let line =
        server.log().wait_for(|line| line["message"].as_str().unwrap().starts_with("Serving metrics at http://"));
    let port = u16::try_from(line["port"].as_u64().unwrap()).unwrap();
    let ask = |path: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        crate::support::exchange(port, request.as_bytes())
    };
    let scraped = ask("/metrics");
    let text = String::from_utf8(scraped.body).unwrap();
    assert_eq!(scraped.status, 200);
    assert_eq!(samples(&text)[r#"http_requests_total{handler="none",method="GET",status="4xx"}"#], "1");
    for path in ["/health", "/api/v1/auth/me"] {
        assert_eq!(ask(path).status, 404, "{path}");
    }
}

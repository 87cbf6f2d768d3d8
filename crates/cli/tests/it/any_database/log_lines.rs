use regex::Regex;
use serde_json::{Value, json};

use crate::support::{DEBUG, EMAIL, LogLine, PASSWORD, ServerProcess, assert_timestamp, send};

const NAMES: [&str; 7] = ["timestamp", "level", "logger", "message", "module", "function", "line"];

fn assert_form(line: &LogLine) {
    let fields = line.as_object().unwrap();
    for name in NAMES {
        assert!(fields.contains_key(name), "{name}: {line}");
    }
    assert_timestamp(&line["timestamp"]);
    let levels = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];
    assert!(levels.contains(&line["level"].as_str().unwrap()), "{line}");
    assert!(line["line"].is_u64() && NAMES[2..6].iter().all(|name| line[*name].is_string()), "{line}");
}

#[test]
fn every_line_has_the_seven_fields() {
    let server = ServerProcess::with(&[DEBUG, ("BACKEND_LOG_LEVEL", "DEBUG")]);
    let token = server.token_of(EMAIL, PASSWORD);
    server.me(&token);
    server.me("x.y.z");
    server.get("/nothing");
    let lines = server.stop().json_lines();
    assert!(lines.len() > 10);
    lines.iter().for_each(assert_form);
}

#[test]
fn the_start_and_the_stop_are_told() {
    let settings =
        [("BACKEND_APP_NAME", "My App"), ("BACKEND_APP_VERSION", "9.8.7"), ("BACKEND_ENVIRONMENT", "staging")];
    let lines = ServerProcess::with(&settings).stop().json_lines();
    let messages: Vec<_> = lines.iter().map(|line| line["message"].as_str().unwrap()).collect();
    assert_eq!(messages[..2], ["Starting My App v9.8.7", "Environment: staging"]);
    assert_eq!(messages.last(), Some(&"Shutting down My App"));
}

#[test]
fn each_request_has_one_access_line() {
    let server = ServerProcess::start();
    let requests = [("GET", "/health/x", 404), ("GET", "/nothing", 404), ("POST", "/api/v1/auth/login", 415)];
    let ids = requests.map(|(method, path, _)| send(server.request(method, path)).request_id().to_owned());
    for id in &ids {
        server.log().wait_for_request(id);
    }
    let lines = server.stop().json_lines();
    for (id, (method, path, status)) in ids.iter().zip(requests) {
        let of_request: Vec<_> = lines.iter().filter(|line| line["request_id"] == **id).collect();
        let [line] = of_request[..] else { panic!("{of_request:?}") };
        let form = Regex::new(&format!(r"^{method} {path} - \d+\.\d{{4}}s$")).unwrap();
        assert!(form.is_match(line["message"].as_str().unwrap()), "{line}");
        assert_eq!((&line["method"], &line["path"]), (&json!(method), &json!(path)));
        assert_eq!((&line["status"], &line["client"]), (&json!(status), &json!("127.0.0.1")));
        assert!(line["duration"].as_f64().unwrap() > 0.0);
        assert_eq!((&line["level"], line["user_id"].is_null()), (&json!("INFO"), true));
    }
}

#[test]
fn probes_that_succeed_are_told_at_debug_and_others_as_any_request() {
    let settings = [("BACKEND_DATABASE_URL", "sqlite:///./missing/app.db"), ("BACKEND_LOG_LEVEL", "DEBUG")];
    let server = ServerProcess::with(&settings);
    for (path, status, level) in [
        ("/health", 200, "DEBUG"),
        ("/metrics", 200, "DEBUG"),
        ("/readiness", 503, "INFO"),
        ("/health/", 404, "INFO"),
        ("/%68ealth", 200, "INFO"),
    ] {
        let answer = server.get(path);
        let line =
            server.log().wait_for(|line| line["request_id"] == *answer.request_id() && line["duration"].is_number());
        // Another spelling is another path, wherever it leads.
        assert!(answer.status == status || path.contains('%'), "{path}");
        assert_eq!((&line["level"], &line["path"]), (&json!(level), &json!(path)));
    }
}

#[test]
fn at_info_a_probe_leaves_no_line() {
    let server = ServerProcess::start();
    let id = server.get("/health").request_id().to_owned();
    assert!(!server.stop().text().contains(&id));
}

#[test]
fn the_query_is_never_logged() {
    let server = ServerProcess::with(&[DEBUG, ("BACKEND_LOG_LEVEL", "DEBUG")]);
    let id = server.get("/health?token=canary-4711").request_id().to_owned();
    let line = server.log().wait_for_request(&id);
    assert_eq!(line["path"], "/health");
    assert!(!server.stop().text().contains("canary-4711"));
}

#[test]
fn every_line_of_a_request_has_its_id_and_those_of_a_user_have_theirs() {
    let server = ServerProcess::with(&[DEBUG, ("BACKEND_LOG_LEVEL", "DEBUG")]);
    let token = server.token_of(EMAIL, PASSWORD);
    let request = server.request("GET", "/api/v1/auth/me").header("X-Request-ID", "known-4711");
    assert_eq!(send(request.header("Authorization", format!("Bearer {token}"))).status, 200);
    let access = server.log().wait_for_request("known-4711");
    assert_eq!(access["user_id"], 1);
    let lines = server.stop().json_lines();
    let of_request: Vec<_> = lines.iter().filter(|line| line["request_id"] == "known-4711").collect();
    let levels: Vec<_> = of_request.iter().map(|line| line["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["DEBUG", "DEBUG", "INFO"], "{of_request:?}");
    let without_request = |line: &&LogLine| line["function"] == "request" && line["request_id"].is_null();
    assert_eq!(lines.iter().find(without_request), None);
}

#[test]
fn lines_of_blocking_work_belong_to_their_request() {
    let server = ServerProcess::with(&[("BACKEND_DATABASE_URL", "sqlite:///./missing/app.db")]);
    let answer = server.register(EMAIL, PASSWORD);
    assert_eq!(answer.error(), (503, "SERVICE_UNAVAILABLE".to_owned()));
    let id = answer.request_id().to_owned();
    let cause = server.log().wait_for(|line| line["request_id"] == *id && line["level"] == "WARNING");
    assert!(cause["exception"].is_string() && cause["status"] == 503, "{cause}");
}

#[test]
fn malformed_requests_do_not_fill_the_log() {
    let server = ServerProcess::start();
    for request in ["garbage\r\n\r\n", "GET /health HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nX: \u{1b}\r\n\r\n"]
    {
        assert_eq!(server.raw(request).status, 400);
    }
    let lines = server.stop().json_lines();
    assert_eq!(lines.iter().find(|line| line["level"] != "INFO"), None);
}

#[test]
fn text_is_for_people() {
    let server = ServerProcess::with(&[("BACKEND_LOG_FORMAT", "text")]);
    server.get("/nothing?x=y");
    let log = server.stop();
    assert!(log.lines().iter().all(|line| serde_json::from_str::<Value>(line).is_err()));
    let access = Regex::new(
        r"(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z INFO +ore_web\S* GET /nothing - \d+\.\d{4}s request_id=\S+ .*status=404",
    );
    assert!(access.unwrap().is_match(&log.text()), "{}", log.text());
}

#[test]
fn from_warning_up_the_access_lines_are_silent() {
    // A short key warns at the start, so that there is something to see.
    let server = ServerProcess::with_silent_start(&[("BACKEND_LOG_LEVEL", "WARNING"), ("BACKEND_SECRET_KEY", "short")]);
    server.log().wait_for(|line| line["message"].as_str().unwrap().starts_with("BACKEND_SECRET_KEY"));
    assert_eq!((server.get("/health").status, server.get("/nothing").status), (200, 404));
    let lines = server.stop().json_lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["level"], "WARNING");
}

//! What the log tells of log-ins and registrations, and clients do not learn.

use serde_json::{Value, json};

use crate::support::{Answer, EMAIL, Log, LogLine, PASSWORD, Server, ServerProcess, TestDir, send};

const UNKNOWN: &str = "eve@example.org";

/// One log-in or registration, by an id of its own.
fn call(server: &Server, id: &str, path: &str, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password});
    send(server.request("POST", path).header("X-Request-ID", id).json(&body))
}

/// The one event that tells how the call ended, and its access line.
fn lines_of(lines: &[LogLine], id: &str) -> (Value, Value) {
    let of_call = |field: &str| {
        let found: Vec<_> = lines.iter().filter(|line| line["request_id"] == id && !line[field].is_null()).collect();
        let [line] = found[..] else { panic!("{id}: {found:?}") };
        line.clone()
    };
    (of_call("outcome"), of_call("duration"))
}

#[test]
fn each_log_in_leaves_one_event_with_its_reason_and_whom_it_is_about() {
    const LOG_IN: &str = "/api/v1/auth/login";
    let server = ServerProcess::start();
    let unavailable = ServerProcess::with(&[("BACKEND_DATABASE_URL", "sqlite:///./missing/app.db")]);
    let throttled =
        ServerProcess::with(&[("BACKEND_RATE_LIMIT_ENABLED", "true"), ("BACKEND_RATE_LIMIT_ADDRESS_BURST", "1")]);
    assert_eq!(call(&server, "registered", "/api/v1/auth/register", EMAIL, PASSWORD).status, 200);
    assert_eq!(call(&server, "taken", "/api/v1/auth/register", "ADA@example.org", PASSWORD).status, 400);
    assert_eq!(call(&server, "good", LOG_IN, "ADA@example.org", PASSWORD).status, 200);
    assert_eq!(call(&server, "wrong", LOG_IN, EMAIL, "wrong horse battery").status, 400);
    assert_eq!(call(&server, "unknown", LOG_IN, UNKNOWN, PASSWORD).status, 400);
    server.deactivate(EMAIL);
    assert_eq!(call(&server, "disabled", LOG_IN, EMAIL, PASSWORD).status, 400);
    assert_eq!(call(&unavailable, "away", LOG_IN, EMAIL, PASSWORD).status, 503);
    assert_eq!(call(&throttled, "first", LOG_IN, EMAIL, PASSWORD).status, 400);
    assert_eq!(call(&throttled, "throttled", LOG_IN, EMAIL, PASSWORD).status, 429);

    let logs = [server, unavailable, throttled].map(ServerProcess::stop);
    for log in &logs {
        assert!(!log.text().to_lowercase().contains("@example.org"), "an address is told");
    }
    let lines: Vec<_> = logs.iter().flat_map(Log::json_lines).collect();
    let ada = lines_of(&lines, "good").0["account"].clone();
    assert_eq!(ada.as_str().unwrap().len(), 22);
    for (id, call, reason, user_id) in [
        ("registered", "register", Value::Null, json!(1)),
        ("taken", "register", json!("address_taken"), Value::Null),
        ("good", "log_in", Value::Null, json!(1)),
        ("wrong", "log_in", json!("wrong_password"), json!(1)),
        ("unknown", "log_in", json!("unknown_address"), Value::Null),
        ("disabled", "log_in", json!("disabled"), json!(1)),
        ("away", "log_in", json!("unavailable"), Value::Null),
        ("throttled", "log_in", json!("throttled"), Value::Null),
    ] {
        let (event, access) = lines_of(&lines, id);
        let is_success = reason.is_null();
        let outcome = if is_success { "success" } else { "failure" };
        assert_eq!((&event["call"], &event["outcome"], &event["reason"]), (&json!(call), &json!(outcome), &reason));
        assert_eq!((&event["user_id"], &event["level"]), (&user_id, &json!("INFO")), "{id}");
        // Only a person who has shown who they are is the user of the request.
        assert_eq!(access["user_id"], if is_success { json!(1) } else { Value::Null }, "{id}");
        assert_eq!(event["account"] == ada, id != "unknown", "{id}");
    }
}

#[test]
fn a_hash_that_cannot_be_read_is_told() {
    let test_dir = TestDir::new();
    let server = test_dir.serve(&[]);
    server.token_of(EMAIL, PASSWORD);
    crate::legacy_tokens::run_sql(&test_dir, "UPDATE users SET hashed_password = 'unreadable'");
    assert_eq!(call(&server, "unreadable", "/api/v1/auth/login", EMAIL, PASSWORD).status, 400);
    let (event, _) = lines_of(&server.stop().json_lines(), "unreadable");
    assert_eq!((&event["reason"], &event["user_id"]), (&json!("unusable_hash"), &json!(1)));
}

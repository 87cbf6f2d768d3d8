//! A log that nobody reads any more must not stop the service.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Client, EMAIL, PASSWORD, TestDir, exchange, send};

#[test]
fn a_reader_of_the_log_that_has_stopped_does_not_stop_the_service() {
    let test_dir = TestDir::new();
    let settings = [("BACKEND_DEBUG", "true"), ("BACKEND_LOG_LEVEL", "DEBUG")];
    let mut command = test_dir.command(&["serve"], &settings);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = log.find_map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap()["port"].as_u64());
    let client = Client::new(u16::try_from(port.unwrap()).unwrap());
    // A pipe holds 64 KiB: what these requests write at level DEBUG is several times that.
    for _ in 0..400 {
        assert_eq!(client.get("/health").status, 200);
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// More lines than have room, for a reader that has stopped.
const FLOOD: usize = 20_000;

#[test]
fn a_flood_of_lines_drops_none_of_a_log_in_and_what_it_drops_is_counted() {
    let test_dir = TestDir::new();
    let mut child = test_dir.command(&["serve"], &[]).stdout(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut lines = log.by_ref().map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let port = u16::try_from(lines.find_map(|line| line["port"].as_u64()).unwrap()).unwrap();
    let client = Client::new(port);
    assert_eq!(client.register(EMAIL, PASSWORD).status, 200);

    let request = "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n";
    let last = "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for _ in 0..FLOOD / 200 {
        exchange(port, format!("{}{last}", request.repeat(199)).as_bytes());
    }
    let log_in = |password: &str| {
        let request = client.request("POST", "/api/v1/auth/login").header("X-Request-ID", password.replace(' ', "-"));
        send(request.json(&json!({"email": EMAIL, "password": password})))
    };
    let passwords: Vec<String> = (0..10).map(|number| format!("wrong password {number}")).collect();
    for password in &passwords {
        assert_eq!(log_in(password).status, 400);
    }
    let metrics = client.metrics();
    let dropped = |kind: &str| {
        let sample = format!("log_lines_dropped_total{{kind=\"{kind}\"}} ");
        metrics.lines().find_map(|line| line.strip_prefix(&sample)).unwrap().parse::<u64>().unwrap()
    };
    assert!(dropped("ordinary") > 0);
    assert_eq!(dropped("important"), 0);

    for password in &passwords {
        let id = password.replace(' ', "-");
        assert!(lines.any(|line| line["request_id"] == id && line["reason"] == "wrong_password"), "{id}");
        assert!(lines.any(|line| line["request_id"] == id && line["duration"].is_number()), "{id}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

use std::net::TcpStream;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{DEBUG, EMAIL, LogLine, PASSWORD, RawConnection, ServerProcess, Signal};

const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
const CLOSED: &str = "No more connections are accepted";
const DRAINING: &str = "Draining: not ready, still serving";
/// Many seconds of work, which an unknown address costs as well as any other.
const ENDLESS: [(&str, &str); 2] = [("BACKEND_ARGON2_MEMORY_KIB", "65536"), ("BACKEND_ARGON2_TIME_COST", "1000")];

#[rstest]
#[case(Signal::TERM)]
#[case(Signal::INT)]
#[case(Signal::QUIT)]
fn a_signal_ends_the_process_in_peace(#[case] signal: Signal) {
    let server = ServerProcess::start();
    assert_eq!(server.get("/health").status, 200);
    server.signal(signal);
    let finished = server.wait();
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
}

#[test]
fn accepted_work_is_finished() {
    let server = ServerProcess::with(&[DEBUG, ("BACKEND_LOG_LEVEL", "DEBUG")]);
    server.token_of(EMAIL, PASSWORD);
    let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    let (first, rest) = body.split_at(10);
    let mut login = login_in_flight(&server, "in-flight", body.len(), first);
    let log = server.log().clone();
    server.signal(Signal::TERM);
    log.wait_for_message(CLOSED);
    login.send(rest);
    let answer = login.answer();
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    let finished = server.wait();
    assert_eq!(finished.code, Some(0));
    let lines = log.json_lines();
    let position = |is_wanted: &dyn Fn(&LogLine) -> bool| lines.iter().position(is_wanted).unwrap();
    let draining = position(&|line| line["message"] == DRAINING);
    let answered = position(&|line| line["request_id"] == "in-flight" && line["duration"].is_number());
    let stopped = position(&|line| line["message"] == "Shutting down ORE Backend API");
    assert!(draining < answered && answered < stopped, "the log-in was not in flight:\n{}", log.text());
}

/// A log-in that the server has started, with so much of its body.
fn login_in_flight(server: &ServerProcess, id: &str, length: usize, body: &str) -> RawConnection {
    let mut connection = RawConnection::open(server.port);
    connection.send(format!(
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nX-Request-ID: {id}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    ));
    server.log().wait_for(|line| line["request_id"] == id && line["message"] == "Request headers");
    connection
}

fn timestamp(timestamp: &Value) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(timestamp.as_str().unwrap()).unwrap()
}

/// Waits until the first signal is so long ago that another one counts as the second.
fn let_a_second_pass(server: &ServerProcess) {
    let draining = timestamp(&server.log().wait_for_message(DRAINING)["timestamp"]);
    while timestamp(&server.get("/health").json()["timestamp"]) < draining + Duration::from_secs(1) {}
}

/// As from `timeout`, which hands on what the terminal has sent to the whole group already.
#[test]
fn a_signal_that_arrives_twice_at_once_is_one() {
    let server = ServerProcess::with(&[("BACKEND_SHUTDOWN_DELAY_SECONDS", "1")]);
    server.signal(Signal::TERM);
    server.signal(Signal::INT);
    let finished = server.wait();
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_draining_server_is_not_ready_and_still_serves_until_a_second_signal() {
    let server = ServerProcess::with(&[("BACKEND_SHUTDOWN_DELAY_SECONDS", "300")]);
    let token = server.token_of(EMAIL, PASSWORD);
    assert_eq!(server.get("/readiness").status, 200);
    server.signal(Signal::TERM);
    server.log().wait_for_message(DRAINING);
    let readiness = server.get("/readiness");
    assert_eq!(readiness.error(), (503, "SERVICE_UNAVAILABLE".to_owned()));
    assert_eq!(readiness.header("retry-after"), Some("1"));
    for answer in [server.get("/health"), server.me(&token), server.login(EMAIL, PASSWORD)] {
        assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    }
    let_a_second_pass(&server);
    server.signal(Signal::INT);
    let finished = server.wait();
    assert_eq!((finished.code, finished.stderr.lines().count()), (Some(1), 1), "{}", finished.stderr);
}

#[test]
fn a_second_signal_does_not_wait_for_accepted_work() {
    let delay = ("BACKEND_SHUTDOWN_DELAY_SECONDS", "300");
    let server = ServerProcess::with(&[ENDLESS[0], ENDLESS[1], DEBUG, ("BACKEND_LOG_LEVEL", "DEBUG"), delay]);
    let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    let mut cut_off = login_in_flight(&server, "cut-off", body.len(), &body);
    server.signal(Signal::TERM);
    let_a_second_pass(&server);
    server.signal(Signal::TERM);
    assert_eq!(server.wait().code, Some(1));
    assert_eq!(cut_off.rest(), b"");
}

#[test]
fn work_that_takes_longer_than_the_time_to_finish_is_cut() {
    let server = ServerProcess::with(&[
        ENDLESS[0],
        ENDLESS[1],
        DEBUG,
        ("BACKEND_LOG_LEVEL", "DEBUG"),
        ("BACKEND_SHUTDOWN_TIMEOUT_SECONDS", "1"),
    ]);
    let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    let mut cut_off = login_in_flight(&server, "cut-off", body.len(), &body);
    let log = server.log().clone();
    server.signal(Signal::TERM);
    assert_eq!(server.wait().code, Some(0));
    assert!(log.text().contains("BACKEND_SHUTDOWN_TIMEOUT_SECONDS is over"), "{}", log.text());
    assert_eq!(cut_off.rest(), b"");
}

#[test]
fn the_delay_is_kept_before_the_end() {
    let server = ServerProcess::with(&[("BACKEND_SHUTDOWN_DELAY_SECONDS", "1")]);
    let lines = server.stop().json_lines();
    let time_of = |message: &str| {
        let line = lines.iter().find(|line| line["message"] == message).unwrap();
        timestamp(&line["timestamp"])
    };
    let delay = (time_of("Shutting down ORE Backend API") - time_of(DRAINING)).to_std().unwrap();
    assert!(delay >= Duration::from_secs(1), "{delay:?}");
}

#[test]
fn a_connection_made_before_the_end_may_still_send_its_request() {
    let server = ServerProcess::start();
    let mut silent = RawConnection::open(server.port);
    let mut started = RawConnection::open(server.port);
    started.send(&HEALTH[..10]);
    server.signal(Signal::TERM);
    server.log().wait_for_message(CLOSED);
    silent.send(HEALTH);
    started.send(&HEALTH[10..]);
    for mut connection in [silent, started] {
        let answer = connection.answer();
        assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
        assert_eq!(connection.rest(), b"");
    }
    assert_eq!(server.wait().code, Some(0));
}

#[test]
fn kept_connections_are_closed_and_do_not_hold_up_the_end() {
    let server =
        ServerProcess::with(&[("BACKEND_KEEP_ALIVE_SECONDS", "3600"), ("BACKEND_SHUTDOWN_TIMEOUT_SECONDS", "3600")]);
    let mut kept = RawConnection::open(server.port);
    kept.send(HEALTH);
    assert_eq!(kept.answer().header("connection"), None);
    server.signal(Signal::TERM);
    assert_eq!(server.wait().code, Some(0));
    assert_eq!(kept.rest(), b"");
}

#[test]
fn nobody_who_reached_the_server_is_turned_away_when_it_ends() {
    let server = ServerProcess::start();
    let port = server.port;
    let (answered, first_answers) = mpsc::channel();
    let ask_until_refused = move || {
        let mut first = Some(answered);
        while let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
            let mut connection = RawConnection(stream);
            connection.send(HEALTH);
            assert_eq!(connection.answer().status, 200);
            if let Some(answered) = first.take() {
                answered.send(()).unwrap();
            }
        }
    };
    let clients: Vec<_> = (0..4).map(|_| thread::spawn(ask_until_refused.clone())).collect();
    drop(ask_until_refused);
    assert_eq!(first_answers.iter().count(), clients.len());
    server.signal(Signal::TERM);
    assert_eq!(server.wait().code, Some(0));
    for client in clients {
        client.join().unwrap();
    }
}

#[test]
fn flags_beat_the_environment() {
    let test_dir = crate::support::TestDir::new();
    let server = test_dir.serve(&[]);
    let port = server.port.to_string();
    // The port of the environment is taken, that of the flag is free.
    let taken = [("BACKEND_PORT", port.as_str())];
    let finished = test_dir.run_with(&["serve"], &taken);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    let second = test_dir.serve_with_flags(&["--port", "0"], &taken);
    assert_ne!(second.port, server.port);
    assert_eq!(second.get("/health").status, 200);
}

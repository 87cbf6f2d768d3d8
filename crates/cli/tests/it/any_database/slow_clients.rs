//! Clients that take their time: each step of theirs has a deadline, on the first request and on every later one.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rstest::rstest;

use crate::support::{EMAIL, PASSWORD, RawAnswer, RawConnection, Redis, Server, ServerProcess};

const IMPATIENT: [(&str, &str); 2] = [("BACKEND_CLIENT_TIMEOUT_SECONDS", "0.5"), ("BACKEND_LOG_LEVEL", "DEBUG")];
const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
const LOGIN: &str = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
const BEGUN_IN_CHUNKS: &str = "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"ema\r\n";
const BEGUN_WITH_A_LENGTH: &str = "Content-Length: 100\r\n\r\n{\"ema";

/// A connection that has made so many requests and read their answers.
fn used(server: &Server, requests: usize) -> RawConnection {
    let mut connection = RawConnection::open(server.port);
    for _ in 0..requests {
        connection.send(HEALTH);
        assert_eq!(connection.answer().status, 200);
    }
    connection
}

fn assert_refused_without_a_body(answer: &RawAnswer, status: u16) {
    assert_eq!((answer.status, answer.header("connection")), (status, Some("close")), "{answer:?}");
    assert_eq!(answer.body, b"", "{answer:?}");
}

#[rstest]
fn a_head_that_does_not_end_is_refused(
    #[values(0, 1, 3)] requests_before: usize,
    #[values("G", "GET /health HTTP/1.1\r\nHost: x\r\n", "GET /health HTTP/1.1\r\nHost: x\r\n\r")] head: &str,
) {
    let server = Server::with(&IMPATIENT);
    let mut connection = used(&server, requests_before);
    connection.send(head);
    assert_refused_without_a_body(&RawAnswer::parse(&connection.rest()), 408);
}

#[test]
fn a_head_that_begins_behind_a_whole_request_is_refused_after_its_answer() {
    let server = Server::with(&IMPATIENT);
    let mut connection = RawConnection::open(server.port);
    connection.send(format!("{HEALTH}GET /he"));
    assert_eq!(connection.answer().status, 200);
    assert_refused_without_a_body(&RawAnswer::parse(&connection.rest()), 408);
}

#[rstest]
fn byte_after_byte_buys_no_time(
    #[values(0, 1)] requests_before: usize,
    #[values(
        "GET /health HTTP/1.1\r\nHost: x\r\nX: ",
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n"
    )]
    beginning: &str,
) {
    let server = Server::with(&IMPATIENT);
    let mut connection = used(&server, requests_before);
    connection.send(beginning);
    let mut bytes = 0;
    while connection.is_silent_for(Duration::from_millis(20)) {
        connection.send("a");
        bytes += 1;
        assert!(bytes < 1000, "the connection is kept");
    }
    assert_eq!(connection.answer().status, 408);
}

#[rstest]
fn never_pausing_buys_no_time(#[values("/nothing", "/api/v1/auth/login")] path: &str) {
    let server = Server::with(&IMPATIENT);
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let chunks = b"1\r\na\r\n".repeat(100);
    let started = Instant::now();
    while stream.write_all(&chunks).is_ok() {
        assert!(started.elapsed() < Duration::from_secs(20), "the connection is kept");
    }
}

#[rstest]
#[case::nothing("")]
#[case::blank_lines("\r\n\r\n")]
fn a_connection_on_which_no_request_begins_is_closed(#[case] bytes: &str) {
    let server = Server::with(&IMPATIENT);
    let mut connection = RawConnection::open(server.port);
    connection.send(bytes);
    assert_eq!(connection.rest(), b"");
}

#[test]
fn a_connection_that_waits_too_long_for_its_next_request_is_closed() {
    let server = Server::with(&[("BACKEND_KEEP_ALIVE_SECONDS", "0.5")]);
    assert_eq!(used(&server, 2).rest(), b"");
}

#[rstest]
fn a_body_that_does_not_end_is_answered_with_the_envelope(
    #[values(0, 2)] requests_before: usize,
    #[values(BEGUN_IN_CHUNKS, BEGUN_WITH_A_LENGTH)] body: &str,
) {
    let server = Server::with(&IMPATIENT);
    let mut connection = used(&server, requests_before);
    connection.send(format!("{LOGIN}{body}"));
    let answer = RawAnswer::parse(&connection.rest());
    assert_eq!((answer.status, answer.header("connection")), (408, Some("close")), "{answer:?}");
    assert_eq!(answer.json()["error_code"], "REQUEST_TIMEOUT");
}

#[rstest]
#[case::no_route("POST /nothing HTTP/1.1\r\nHost: x\r\n", 404)]
#[case::no_method("DELETE /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n", 405)]
#[case::refused("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\n", 415)]
#[case::not_wanted("GET /health HTTP/1.1\r\nHost: x\r\n", 200)]
fn a_body_that_nobody_reads_does_not_keep_the_connection(
    #[case] head: &str,
    #[case] status: u16,
    #[values(0, 1)] requests_before: usize,
    #[values(BEGUN_IN_CHUNKS, BEGUN_WITH_A_LENGTH)] body: &str,
) {
    let server = Server::with(&IMPATIENT);
    let mut connection = used(&server, requests_before);
    connection.send(format!("{head}{body}"));
    assert_eq!(RawAnswer::parse(&connection.rest()).status, status);
}

#[test]
fn a_client_that_takes_no_answer_is_cut_off() {
    const REQUESTS: usize = 1000;
    let server = ServerProcess::with(&IMPATIENT);
    let mut connection = RawConnection::open_narrow(server.port);
    connection.0.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
    let size = server.metrics().len();
    // The server stops reading when it cannot write.
    connection.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(REQUESTS));
    server.log().wait_for_message("A connection is closed: its client did not take the answer");
    assert!(connection.rest().len() < REQUESTS * size / 2);
    assert_eq!(server.get("/health").status, 200);
}

#[test]
fn waiting_for_an_answer_takes_as_long_as_it_takes() {
    let redis = Redis::start();
    let server = ServerProcess::with(&[
        ("BACKEND_CLIENT_TIMEOUT_SECONDS", "1"),
        ("BACKEND_KEEP_ALIVE_SECONDS", "1"),
        ("BACKEND_RATE_LIMIT_ENABLED", "true"),
        ("BACKEND_REDIS_URL", &redis.url()),
        ("BACKEND_REDIS_TIMEOUT_SECONDS", "3"),
    ]);
    server.log().wait_for_message("Redis counts log-ins and registrations");
    // What the log-in waits for, while the machine has nothing to do.
    redis.pause();
    let answer = server.login(EMAIL, PASSWORD);
    assert_eq!(answer.error(), (400, "BUSINESS_ERROR".to_owned()));
    let seconds: f64 = answer.header("x-process-time").unwrap().parse().unwrap();
    assert!(seconds >= 3.0, "the answer did not wait for Redis: {seconds}");
}

#[test]
fn a_pause_within_the_deadline_is_no_fault() {
    let server = Server::with(&[("BACKEND_CLIENT_TIMEOUT_SECONDS", "20")]);
    let mut connection = RawConnection::open(server.port);
    for part in ["GET /hea", "lth HTTP/1.1\r\nHo", "st: x\r\n"] {
        connection.send(part);
        assert!(connection.is_silent_for(Duration::from_millis(100)));
    }
    connection.send("\r\n");
    assert_eq!(connection.answer().status, 200);
}

//! Several requests on one connection, and the answer that is the last.

use rstest::rstest;
use serde_json::json;

use crate::support::{EMAIL, PASSWORD, RawAnswer, RawConnection, Server, ServerProcess, Signal};

const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
const POST: &str = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";

fn login_with_a_length() -> String {
    let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    format!("{POST}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// In chunks that have empty lines within.
fn login_in_chunks() -> String {
    let (head, rest) = ("{\"email\":\r\n\r\n\"", format!("{EMAIL}\",\n\n\"password\": \"{PASSWORD}\"}}"));
    format!(
        "{POST}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{head}\r\n{:X};a=b\r\n{rest}\r\n0\r\n\r\n",
        head.len(),
        rest.len()
    )
}

/// The answers to everything until the server closes.
fn statuses(connection: &mut RawConnection) -> Vec<String> {
    let bytes = connection.rest();
    let text = String::from_utf8_lossy(&bytes);
    text.split("HTTP/1.").skip(1).map(|answer| answer[2..5].to_owned()).collect()
}

#[rstest]
fn requests_sent_at_once_are_answered_in_order(
    #[values(login_with_a_length(), login_in_chunks())] login: String,
    #[values(1, 7, usize::MAX)] size: usize,
) {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let last = "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let requests = [HEALTH, &login, "\r\n", HEALTH, &login, &login, last].concat();
    let mut connection = RawConnection::open(server.port);
    requests.as_bytes().chunks(size).for_each(|piece| connection.send(piece));
    assert_eq!(statuses(&mut connection), ["200", "200", "200", "200", "200", "404"]);
}

#[rstest]
#[case::the_client_asks("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "200")]
#[case::in_a_list("GET /health HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Close\r\n\r\n", "200")]
#[case::in_two_fields("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n", "200")]
#[case::an_old_client("GET /health HTTP/1.0\r\n\r\n", "200")]
#[case::an_upgrade("GET /health HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", "200")]
#[case::no_upgrade("GET /health HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n", "200")]
#[case::a_tunnel("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", "404")]
#[case::an_unread_body("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", "404")]
#[case::unread_chunks("POST /nothing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "404")]
#[case::a_body_that_is_too_large(
    "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n",
    "413"
)]
#[case::refused_by_the_parser("GET /health HTTP/1.1\r\n\r\n", "400")]
#[case::a_trailer_with_a_bare_line_feed(
    "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
     Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\n\r\n\r\n",
    "422"
)]
#[case::a_websocket_with_a_length(
    "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nUpgrade: websocket\r\n\
     Content-Length: 2\r\n\r\n{}",
    "400"
)]
fn nothing_is_served_after_the_last_answer(#[case] request: &str, #[case] status: &str) {
    let server = ServerProcess::start();
    let mut connection = RawConnection::open(server.port);
    connection.send([HEALTH, request, HEALTH, HEALTH].concat());
    let bytes = connection.rest();
    let text = String::from_utf8(bytes).unwrap();
    let answers: Vec<&str> = text.split("HTTP/1.").skip(1).collect();
    assert_eq!(answers.len(), 2, "{text}");
    assert_eq!((&answers[0][2..5], &answers[1][2..5]), ("200", status), "{text}");
    // An old client takes every answer for the last.
    let says_so = answers[1].starts_with("0 ") || answers[1].contains("connection: close\r\n");
    assert!(!answers[0].contains("connection: ") && says_so, "{text}");
    let served = server.stop().json_lines().iter().filter(|line| line["duration"].is_number()).count();
    assert!(served <= 2, "{served} requests were served");
}

#[test]
fn nothing_is_served_after_the_answer_of_a_process_that_ends() {
    let server = ServerProcess::with(&[("BACKEND_SHUTDOWN_DELAY_SECONDS", "300")]);
    let mut connection = RawConnection::open(server.port);
    connection.send(HEALTH);
    assert_eq!(connection.answer().status, 200);
    server.signal(Signal::TERM);
    server.log().wait_for_message("Draining: not ready, still serving");
    connection.send([HEALTH, HEALTH].concat());
    let answer = connection.answer();
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    assert_eq!(connection.rest(), b"");
    server.signal(Signal::KILL);
    server.wait();
}

#[test]
fn a_body_that_is_too_large_is_refused_before_it_is_asked_for() {
    let server = Server::start();
    let answer = server.raw(format!("{POST}Expect: 100-continue\r\nContent-Length: 65537\r\n\r\n"));
    assert_eq!((answer.status, answer.header("connection")), (413, Some("close")), "{answer:?}");
    assert_eq!(answer.json()["error_code"], "PAYLOAD_TOO_LARGE");
    let metrics = server.metrics();
    assert!(metrics.contains(r#"http_requests_total{handler="/api/v1/auth/login",method="POST",status="4xx"} 1"#));
}

#[test]
fn a_body_within_the_limit_is_asked_for() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    let mut connection = RawConnection::open(server.port);
    for _ in 0..2 {
        connection.send(format!("{POST}Expect: 100-continue\r\nContent-Length: {}\r\n\r\n", body.len()));
        let mut asked = [0; 25];
        std::io::Read::read_exact(&mut connection.0, &mut asked).unwrap();
        assert_eq!(RawAnswer::parse(&asked).status, 100);
        connection.send(&body);
        assert_eq!(connection.answer().status, 200);
    }
}

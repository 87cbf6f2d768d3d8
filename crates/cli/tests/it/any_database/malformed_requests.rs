//! What the HTTP parser refuses (RFC 9112), and heads that are too large.

use rstest::rstest;

use crate::support::{RawAnswer, RawConnection, Server};

const LOGIN: &str = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
const CLOSE: &str = "Connection: close\r\n\r\n";

fn assert_refused(status: u16, request: impl AsRef<[u8]>) {
    let server = Server::start();
    for requests_before in [0, 1] {
        let mut connection = RawConnection::open(server.port);
        for _ in 0..requests_before {
            connection.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
            assert_eq!(connection.answer().status, 200);
        }
        connection.send(&request);
        let answer = RawAnswer::parse(&connection.rest());
        assert_eq!((answer.status, answer.header("connection")), (status, Some("close")), "{answer:?}");
        assert_eq!(answer.body, b"", "{answer:?}");
    }
    assert_eq!(server.get("/health").status, 200);
}

#[rstest]
#[case::no_host("GET /health HTTP/1.1\r\n\r\n")]
#[case::two_hosts("GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")]
#[case::no_head("garbage\r\n\r\n")]
#[case::no_method(" /health HTTP/1.1\r\nHost: x\r\n\r\n")]
#[case::no_version("GET /health\r\nHost: x\r\n\r\n")]
#[case::unknown_version("GET /health HTTP/3.0\r\nHost: x\r\n\r\n")]
#[case::control_character_in_the_path("GET /\u{1b}[31m HTTP/1.1\r\nHost: x\r\n\r\n")]
#[case::control_character_in_a_field("GET /health HTTP/1.1\r\nHost: x\r\nX: \u{1b}[31m\r\n\r\n")]
#[case::nul_in_a_field("GET /health HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n")]
#[case::carriage_return_in_a_field("GET /health HTTP/1.1\r\nHost: x\r\nX: a\rY: b\r\n\r\n")]
#[case::space_before_the_colon("GET /health HTTP/1.1\r\nHost: x\r\nX : a\r\n\r\n")]
#[case::folded_field("GET /health HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n")]
#[case::field_without_a_name("GET /health HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n")]
fn a_malformed_head_is_refused(#[case] request: &str) {
    assert_refused(400, request);
}

#[rstest]
#[case::length_and_chunks("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
#[case::chunks_and_length("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n")]
#[case::two_lengths("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}")]
#[case::the_same_length_twice("Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}")]
#[case::list_of_lengths("Content-Length: 2, 2\r\n\r\n{}")]
#[case::negative_length("Content-Length: -2\r\n\r\n{}")]
#[case::signed_length("Content-Length: +2\r\n\r\n{}")]
#[case::hexadecimal_length("Content-Length: 0x2\r\n\r\n{}")]
#[case::length_beyond_all("Content-Length: 99999999999999999999\r\n\r\n{}")]
#[case::unknown_coding("Transfer-Encoding: gzip\r\n\r\n{}")]
#[case::misspelt_coding("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
#[case::chunks_twice("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
fn a_body_whose_end_is_in_doubt_is_refused(#[case] rest: &str) {
    assert_refused(400, format!("{LOGIN}{rest}"));
}

#[test]
fn chunks_from_an_http_1_0_client_are_refused() {
    assert_refused(400, LOGIN.replace("1.1", "1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
}

#[rstest]
#[case::no_size("ZZ\r\n{}\r\n0\r\n\r\n")]
#[case::size_beyond_all("fffffffffffffffff\r\n{}\r\n0\r\n\r\n")]
#[case::negative_size("-2\r\n{}\r\n0\r\n\r\n")]
#[case::longer_than_it_says("1\r\n{}\r\n0\r\n\r\n")]
fn a_malformed_chunk_is_a_bad_request(#[case] chunks: &str) {
    let answer = Server::start().raw(format!("{LOGIN}Transfer-Encoding: chunked\r\n{CLOSE}{chunks}"));
    assert_eq!((answer.status, answer.header("connection")), (400, Some("close")), "{answer:?}");
}

#[rstest]
#[case::one_long_field(format!("GET /health HTTP/1.1\r\nHost: x\r\nX: {}\r\n{CLOSE}", "a".repeat(16 * 1024)))]
#[case::many_fields(format!("GET /health HTTP/1.1\r\nHost: x\r\n{}{CLOSE}", format!("X: {}\r\n", "a".repeat(250)).repeat(65)))]
#[case::long_path(format!("GET /{} HTTP/1.1\r\nHost: x\r\n{CLOSE}", "a".repeat(16 * 1024)))]
#[case::path_longer_than_any_uri(format!("GET /{} HTTP/1.1\r\nHost: x\r\n{CLOSE}", "a".repeat(70_000)))]
#[case::long_query(format!("GET /health?{} HTTP/1.1\r\nHost: x\r\n{CLOSE}", "a".repeat(16 * 1024)))]
#[case::without_end(format!("GET /health HTTP/1.1\r\nHost: x\r\nX: {}", "a".repeat(300 * 1024)))]
#[case::more_than_96_fields(format!("GET /health HTTP/1.1\r\nHost: x\r\n{}{CLOSE}", "X: a\r\n".repeat(95)))]
fn a_head_that_is_too_large_is_refused(#[case] request: String) {
    assert_refused(431, request);
}

#[test]
fn a_head_just_within_the_limits_is_served() {
    let server = Server::start();
    let long = format!("GET /health HTTP/1.1\r\nHost: x\r\nX: {}\r\n{CLOSE}", "a".repeat(16 * 1024 - 100));
    let many = format!("GET /health HTTP/1.1\r\nHost: x\r\n{}{CLOSE}", "X: a\r\n".repeat(94));
    for request in [long, many] {
        assert_eq!(server.raw(request).status, 200);
    }
}

#[test]
fn a_refused_request_takes_the_rest_of_its_connection_with_it() {
    let smuggled = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
    let answer = Server::start().raw(format!("{LOGIN}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}{smuggled}"));
    assert_eq!((answer.status, answer.body), (400, Vec::new()));
}

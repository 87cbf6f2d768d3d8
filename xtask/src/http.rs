//! Plain HTTP to servers of this machine, without a library for it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};

/// No answer of a server that works takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
pub(crate) struct Answer {
    /// Such as 200.
    pub(crate) status: u16,
    /// As it was sent, in one piece or in chunks.
    pub(crate) body: String,
}

/// Asks a port of 127.0.0.1, on a connection of its own.
///
/// # Errors
/// When nobody answers with HTTP.
pub(crate) fn get(port: u16, path: &str, headers: &str) -> Result<Answer> {
    send(port, &format!("GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n"))
}

/// As [`get`], with a body in JSON.
///
/// # Errors
/// As [`get`].
pub(crate) fn post(port: u16, path: &str, body: &str) -> Result<Answer> {
    let length = body.len();
    send(
        port,
        &format!(
            "POST {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        ),
    )
}

/// In HTTP/1.0, whose answers end with the connection.
fn send(port: u16, request: &str) -> Result<Answer> {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).context("nobody listens")?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer)?;
    parse(&String::from_utf8_lossy(&answer)).context("that was no HTTP")
}

fn parse(answer: &str) -> Option<Answer> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some(Answer { status: head.split(' ').nth(1)?.parse().ok()?, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read() {
        let answer = parse("HTTP/1.0 404 Not Found\r\nContent-Length: 2\r\n\r\nno").unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (404, "no"));
        assert!(parse("SSH-2.0").is_none());
    }
}

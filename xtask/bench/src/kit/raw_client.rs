//! One connection without a runtime, whose timers would be too coarse: tokio's tick once a millisecond.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// Longer than any answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Headers of an answer.
const HEADERS: usize = 64;

/// A kept connection.
pub(crate) struct RawClient {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawAnswer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

/// The bytes of a POST.
pub(crate) fn post(server: SocketAddr, path: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nHost: {server}\r\nContent-Type: application/json\r\n");
    format!("{head}Content-Length: {length}\r\n\r\n{body}").into_bytes()
}

impl RawClient {
    /// Connects.
    pub(crate) fn connect(server: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(server).context("not connected")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        Ok(Self { stream, buffer: Vec::new() })
    }

    /// Sends a request and reads its answer to the end.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Result<RawAnswer<'_>> {
        self.stream.write_all(request)?;
        self.buffer.clear();
        let (status, body) = self.read_answer()?;
        Ok(RawAnswer { status, body: &self.buffer[body] })
    }

    fn read_answer(&mut self) -> Result<(u16, Range<usize>)> {
        loop {
            if let Some((status, body)) = head(&self.buffer)?
                && self.buffer.len() >= body.end
            {
                return Ok((status, body));
            }
            let mut part = [0; 4096];
            let read = self.stream.read(&mut part)?;
            ensure!(read > 0, "the server has closed the connection");
            self.buffer.extend_from_slice(&part[..read]);
        }
    }
}

/// The status and where the body is, once the head is there.
fn head(bytes: &[u8]) -> Result<Option<(u16, Range<usize>)>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(bytes)? else { return Ok(None) };
    let status = response.code.context("no status")?;
    let length = response.headers.iter().find(|it| it.name.eq_ignore_ascii_case("content-length"));
    let length = length.context("an answer of unknown length")?;
    let length: usize = std::str::from_utf8(length.value)?.parse().context("a length that is no number")?;
    Ok(Some((status, head..head + length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_says_how_long_the_answer_is() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe";
        assert_eq!(head(answer).unwrap(), Some((200, 38..43)));
        assert_eq!(head(&answer[..30]).unwrap(), None);
        assert!(head(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
    }
}

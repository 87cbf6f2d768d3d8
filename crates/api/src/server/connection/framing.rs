use std::mem::MaybeUninit;

use httparse::Status;

use super::chunks::Chunks;

/// As many as actix-http's parser takes; it answers 431 to more.
const MAX_FIELDS: usize = 96;

/// Where a client is in what it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing is owed: the next request has not begun.
    Between,
    /// A head has begun.
    Head,
    /// A head is whole, its body is not.
    Body,
}

/// Follows the requests of a connection through its bytes (RFC 9112, 6.3).
///
/// actix-http does not tell a stream what it reads the bytes for. The heads are parsed as actix-http parses them, so
/// the two never differ on a request that it accepts; what it refuses ends the connection anyway.
#[derive(Debug)]
pub(super) struct Framing {
    part: Part,
    heads: u64,
}

#[derive(Debug)]
enum Part {
    /// What has come of a head; empty between requests.
    Head(Vec<u8>),
    Length(u64),
    Chunks(Chunks),
    /// A tunnel, or nothing that can be parsed.
    Endless,
}

impl Framing {
    pub(super) fn new() -> Self {
        Self { part: Part::NEXT, heads: 0 }
    }

    /// How many heads were whole.
    pub(super) fn heads(&self) -> u64 {
        self.heads
    }

    pub(super) fn place(&self) -> Place {
        match &self.part {
            Part::Head(bytes) if bytes.is_empty() => Place::Between,
            Part::Head(_) => Place::Head,
            Part::Length(_) | Part::Chunks(_) | Part::Endless => Place::Body,
        }
    }

    /// What has come of a head that is not whole.
    pub(super) fn head_bytes(&self) -> usize {
        if let Part::Head(bytes) = &self.part { bytes.len() } else { 0 }
    }

    /// Takes what the client sent.
    pub(super) fn advance(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let used = match &mut self.part {
                Part::Head(begun) => match head(begun, bytes) {
                    Some((used, body)) => {
                        self.heads += 1;
                        self.part = body;
                        used
                    }
                    None => return,
                },
                Part::Length(left) => {
                    let used = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    *left -= used as u64;
                    used
                }
                Part::Chunks(chunks) => match chunks.advance(bytes) {
                    Some(used) => {
                        self.part = Part::NEXT;
                        used
                    }
                    None => return,
                },
                Part::Endless => return,
            };
            if matches!(self.part, Part::Length(0)) {
                self.part = Part::NEXT;
            }
            bytes = &bytes[used..];
        }
    }
}

impl Part {
    const NEXT: Self = Self::Head(Vec::new());
}

/// How many of the bytes end the head that has begun, and what follows it; keeps the bytes when they do not.
fn head(begun: &mut Vec<u8>, bytes: &[u8]) -> Option<(usize, Part)> {
    if !begun.is_empty() {
        let before = begun.len();
        begun.extend_from_slice(bytes);
        // No head ends without a line feed, and parsing again for every byte would be slow.
        let (length, body) = bytes.contains(&b'\n').then(|| parse(begun)).flatten()?;
        return Some((length.saturating_sub(before), body));
    }
    // Line ends before a request are ignored (RFC 9112, 2.2).
    let blank = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let rest = &bytes[blank..];
    let parsed = parse(rest);
    if parsed.is_none() {
        begun.extend_from_slice(rest);
    }
    parsed.map(|(length, body)| (blank + length, body))
}

/// The length of a whole head, and the body that it announces.
fn parse(bytes: &[u8]) -> Option<(usize, Part)> {
    let mut fields = [const { MaybeUninit::uninit() }; MAX_FIELDS];
    let mut request = httparse::Request::new(&mut []);
    match request.parse_with_uninit_headers(bytes, &mut fields) {
        Ok(Status::Complete(length)) => Some((length, body(&request))),
        Ok(Status::Partial) => None,
        Err(_) => Some((bytes.len(), Part::Endless)),
    }
}

fn body(request: &httparse::Request<'_, '_>) -> Part {
    let value = |name: &str| {
        let mut fields = request.headers.iter();
        fields.find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value.trim_ascii())
    };
    if value("transfer-encoding").is_some() {
        return Part::Chunks(Chunks::START);
    }
    if value("upgrade").is_some_and(|protocol| protocol.eq_ignore_ascii_case(b"websocket")) {
        return Part::Endless;
    }
    let length = value("content-length").and_then(|value| std::str::from_utf8(value).ok()?.parse().ok());
    match length {
        Some(length) => Part::Length(length),
        None if request.method == Some("CONNECT") => Part::Endless,
        None => Part::NEXT,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const GET: &str = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
    const POST: &str = "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
    const CHUNKED: &str = "POST /x HTTP/1.1\r\nhost: x\r\ntransfer-ENCODING: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    const EMPTY: &str = "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    const BARE_LINE_FEEDS: &str = "GET / HTTP/1.1\nHost: x\n\n";

    #[rstest]
    #[case(GET)]
    #[case(POST)]
    #[case(CHUNKED)]
    #[case(EMPTY)]
    #[case(BARE_LINE_FEEDS)]
    #[case("\r\n\r\nGET / HTTP/1.0\r\n\r\n")]
    fn every_request_has_its_end_however_the_bytes_come(#[case] request: &str) {
        let requests = [request, GET, POST, CHUNKED, EMPTY].concat();
        for size in 1..=requests.len() {
            let mut framing = Framing::new();
            requests.as_bytes().chunks(size).for_each(|piece| framing.advance(piece));
            assert_eq!((framing.heads(), framing.place()), (5, Place::Between), "in pieces of {size}");
        }
    }

    #[rstest]
    #[case("", Place::Between, 0)]
    #[case("\r\n", Place::Between, 0)]
    #[case("G", Place::Head, 0)]
    #[case("GET / HTTP/1.1\r\nHost: x\r\n", Place::Head, 0)]
    #[case("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", Place::Body, 1)]
    #[case("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhell", Place::Body, 1)]
    #[case("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Place::Body, 1)]
    #[case("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", Place::Body, 1)]
    #[case("CONNECT x:1 HTTP/1.1\r\n\r\n", Place::Body, 1)]
    #[case("GET / HTTP/1.1\r\n\r\nGET", Place::Head, 1)]
    fn the_place_is_known_at_any_time(#[case] bytes: &str, #[case] place: Place, #[case] heads: u64) {
        let mut framing = Framing::new();
        framing.advance(bytes.as_bytes());
        assert_eq!((framing.place(), framing.heads()), (place, heads));
    }
}

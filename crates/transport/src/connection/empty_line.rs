/// Finds the next empty line (RFC 9112, 2.1), however the bytes come.
///
/// It only says where to stop and ask the parser. A wrong answer costs a turn or lets the parser have more than one
/// request; no deadline follows from it.
#[derive(Debug, Default)]
pub(super) struct EmptyLine {
    /// Line ends before the first other byte are ignored (RFC 9112, 2.2).
    has_started: bool,
    line_is_empty: bool,
    bytes: usize,
}

impl EmptyLine {
    /// Whether anything but line ends has come since the last empty line.
    pub(super) fn has_started(&self) -> bool {
        self.has_started
    }

    /// How many bytes have come since the last empty line.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many of the bytes there are up to the end of the empty line.
    pub(super) fn find(&mut self, bytes: &[u8]) -> Option<usize> {
        self.bytes = self.bytes.saturating_add(bytes.len());
        let mut at = 0;
        if !self.has_started {
            at = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'))?;
            self.has_started = true;
        }
        while let Some(length) = bytes[at..].iter().position(|byte| *byte == b'\n') {
            let line = &bytes[at..at + length];
            at += length + 1;
            if matches!(line, b"" | b"\r") && self.line_is_empty {
                *self = Self::default();
                return Some(at);
            }
            self.line_is_empty = true;
        }
        self.line_is_empty &= matches!(bytes[at..], [] | [b'\r']);
        None
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::head("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    #[case::bare_line_feeds("GET / HTTP/1.1\nHost: x\n\n")]
    #[case::mixed_line_ends("GET / HTTP/1.1\nHost: x\r\n\n")]
    #[case::line_ends_before("\r\n\n\r\n\r\nGET / HTTP/1.0\r\n\r\n")]
    #[case::chunks("5\r\nhello\r\n0\r\n\r\n")]
    fn the_end_is_found_however_the_bytes_come(#[case] text: &str) {
        let bytes = [text, text].concat().into_bytes();
        for size in 1..=bytes.len() {
            let (mut line, mut ends, mut taken) = (EmptyLine::default(), Vec::new(), 0);
            for mut piece in bytes.chunks(size) {
                while let Some(length) = line.find(piece) {
                    taken += length;
                    ends.push(taken);
                    piece = &piece[length..];
                }
                taken += piece.len();
            }
            assert_eq!(ends, [text.len(), 2 * text.len()], "in pieces of {size}");
        }
    }

    #[rstest]
    #[case("", false)]
    #[case("\r\n\r\n\n", false)]
    #[case("G", true)]
    #[case("GET / HTTP/1.1\r\nHost: x\r\n\r", true)]
    #[case("GET / HTTP/1.1\r\n\r\n\r\n", false)]
    fn only_line_ends_begin_nothing(#[case] text: &str, #[case] has_started: bool) {
        let (mut line, mut rest) = (EmptyLine::default(), text.as_bytes());
        while let Some(length) = line.find(rest) {
            rest = &rest[length..];
        }
        assert_eq!(line.has_started(), has_started);
    }
}

/// Where in a body in chunks (RFC 9112, 7.1) a connection is. Only finds the end: the parser judges the rest.
#[derive(Debug)]
pub(super) enum Chunks {
    /// In the line that begins with the size in hexadecimal digits.
    Size { bytes: u64, digits_ended: bool },
    /// In the data, with the line end that follows it.
    Data { left: u64 },
    /// After the last chunk, until an empty line.
    Trailer { line_is_empty: bool },
}

impl Chunks {
    pub(super) const START: Self = Self::Size { bytes: 0, digits_ended: false };

    /// Takes bytes; how many of them belong to the body, once its end is among them.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if let Self::Data { left } = self {
                let skipped = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len() - at);
                at += skipped;
                *left -= skipped as u64;
                if *left == 0 {
                    *self = Self::START;
                }
            } else {
                at += 1;
                if self.step(bytes[at - 1]) {
                    return Some(at);
                }
            }
        }
        None
    }

    /// One byte outside of the data; tells whether it is the last of the body.
    fn step(&mut self, byte: u8) -> bool {
        match self {
            Self::Size { bytes: 0, .. } if byte == b'\n' => *self = Self::Trailer { line_is_empty: true },
            Self::Size { bytes, .. } if byte == b'\n' => *self = Self::Data { left: bytes.saturating_add(2) },
            Self::Size { bytes, digits_ended } => match char::from(byte).to_digit(16) {
                Some(digit) if !*digits_ended => *bytes = bytes.saturating_mul(16).saturating_add(digit.into()),
                _ => *digits_ended = true,
            },
            Self::Trailer { line_is_empty } => match byte {
                b'\n' if *line_is_empty => return true,
                b'\n' => *line_is_empty = true,
                b'\r' => {}
                _ => *line_is_empty = false,
            },
            Self::Data { .. } => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::empty("0\r\n\r\n")]
    #[case::one("5\r\nhello\r\n0\r\n\r\n")]
    #[case::hexadecimal("1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n")]
    #[case::data_like_an_end("7\r\n0\r\n\r\n\r\n\r\n0\r\n\r\n")]
    #[case::extension("2;a=f\r\nhi\r\n0;0\r\n\r\n")]
    #[case::trailers("2\r\nhi\r\n0\r\nA: b\r\nC: d\r\n\r\n")]
    fn the_end_is_found_however_the_bytes_come(#[case] body: &str) {
        let bytes = [body.as_bytes(), b"GET /next"].concat();
        for size in 1..=bytes.len() {
            let mut chunks = Chunks::START;
            let mut taken = 0;
            let end = bytes.chunks(size).find_map(|piece| {
                let end = chunks.advance(piece).map(|used| taken + used);
                taken += piece.len();
                end
            });
            assert_eq!(end, Some(body.len()), "in pieces of {size}");
        }
    }

    #[test]
    fn a_body_without_its_last_chunk_has_no_end() {
        let mut chunks = Chunks::START;
        assert_eq!(chunks.advance(b"5\r\nhello\r\n0\r\n"), None);
    }
}

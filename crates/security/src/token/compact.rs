use base64::{DecodeError, Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::TokenError;

/// The longest token that is looked at, in bytes.
pub const MAXIMUM_TOKEN_BYTES: usize = 4096;

/// The segments of a token in the compact serialisation of RFC 7515, section 7.1, still encoded.
pub(super) struct CompactToken<'a> {
    header: &'a str,
    claims: &'a str,
    signature: &'a str,
    signed: &'a str,
}

impl<'a> CompactToken<'a> {
    /// Splits a token that is short enough into exactly three segments, none of them empty.
    pub(super) fn parse(token: &'a str) -> Result<Self, TokenError> {
        if token.len() > MAXIMUM_TOKEN_BYTES {
            return Err(TokenError::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        let segments = [header, claims, signature];
        if claims.contains('.') || segments.iter().any(|segment| segment.is_empty()) {
            return Err(TokenError::Malformed);
        }
        Ok(Self { header, claims, signature, signed })
    }

    pub(super) fn header(&self) -> Result<Vec<u8>, TokenError> {
        decode(self.header)
    }

    pub(super) fn signature(&self) -> Result<Vec<u8>, TokenError> {
        decode(self.signature)
    }

    /// The bytes the signature covers: what was received, not what it decodes to.
    pub(super) fn signed(&self) -> &'a [u8] {
        self.signed.as_bytes()
    }

    /// The JSON of the claims. Parse it only after the signature was verified.
    pub(super) fn claims_json(&self) -> Result<Vec<u8>, TokenError> {
        decode(self.claims)
    }
}

/// Parses claims.
pub(super) fn parse_claims<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, TokenError> {
    // serde reads a struct from a JSON array as well.
    if json.first() != Some(&b'{') {
        return Err(TokenError::MalformedClaims);
    }
    serde_json::from_slice(json).map_err(|_| TokenError::MalformedClaims)
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes the one canonical form: no padding, no bits set beyond the last byte, nothing outside the alphabet.
pub(super) fn decode(segment: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(segment).map_err(|_: DecodeError| TokenError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::{CompactToken, MAXIMUM_TOKEN_BYTES, TokenError, decode};

    #[test]
    fn other_than_three_filled_segments_are_malformed() {
        for token in ["", ".", "..", "a", "a.b", "a.b.", ".b.c", "a..c", "a.b.c.", ".a.b.c", "a.b.c.d", "a.b..c"] {
            assert_eq!(CompactToken::parse(token).err(), Some(TokenError::Malformed), "{token}");
        }
        assert!(CompactToken::parse("a.b.c").is_ok());
    }

    #[test]
    fn the_length_limit_is_exact() {
        let longest = format!("a.b.{}", "c".repeat(MAXIMUM_TOKEN_BYTES - 4));
        assert!(CompactToken::parse(&longest).is_ok());
        assert_eq!(CompactToken::parse(&format!("{longest}c")).err(), Some(TokenError::TooLong));
    }

    #[test]
    fn only_canonical_base64url_is_decoded() {
        assert_eq!(decode("AA"), Ok(vec![0]));
        for segment in ["AB", "AA==", "A", "A A", "AA\n", "+A", "/A", "ÄA", "AA?"] {
            assert_eq!(decode(segment), Err(TokenError::Malformed), "{segment}");
        }
    }
}

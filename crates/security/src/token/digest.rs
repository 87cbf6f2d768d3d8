use std::fmt;

use sha2::{Digest as _, Sha256};

use super::MAXIMUM_TOKEN_BYTES;

/// The SHA-256 of a token, for places where the token itself must not be kept.
///
/// Anyone who finds one can neither use it nor make the token of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// Of the token as it was received; none of one that is too long to be looked at.
    pub fn of(token: &str) -> Option<Self> {
        (token.len() <= MAXIMUM_TOKEN_BYTES).then(|| Self(Sha256::digest(token).into()))
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenDigest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_bytes_have_the_same_digest() {
        assert_eq!(TokenDigest::of("a.b.c"), TokenDigest::of("a.b.c"));
        assert_ne!(TokenDigest::of("a.b.c"), TokenDigest::of("a.b.c "));
        assert_ne!(TokenDigest::of("a.b.c"), TokenDigest::of("a.b.C"));
    }

    #[test]
    fn what_is_too_long_has_none() {
        assert!(TokenDigest::of(&"a".repeat(MAXIMUM_TOKEN_BYTES)).is_some());
        assert!(TokenDigest::of(&"a".repeat(MAXIMUM_TOKEN_BYTES + 1)).is_none());
    }
}

use std::fmt;

use zeroize::Zeroizing;

use super::TokenError;

/// The key that signs and verifies tokens: anyone who has it can make tokens.
///
/// It prints as `SecretKey(..)`, implements no `Display`, and its memory is wiped when it is dropped.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<Vec<u8>>);

impl SecretKey {
    /// Takes the bytes of the key. How many an algorithm needs is told by
    /// [`Algorithm::minimum_key_bytes`](super::Algorithm::minimum_key_bytes).
    ///
    /// # Errors
    ///
    /// [`TokenError::EmptySecretKey`] for no bytes at all, with which anyone could sign.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, TokenError> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.is_empty() { Err(TokenError::EmptySecretKey) } else { Ok(Self(bytes)) }
    }

    /// The number of bytes.
    #[expect(clippy::len_without_is_empty, reason = "a key is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretKey(..)")
    }
}

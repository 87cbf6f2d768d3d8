use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

use super::HashParameters;

/// A password hash as it is stored: `$argon2id$v=19$m=…,t=…,p=…$salt$hash` (PHC string format).
///
/// It prints as `EncodedHash(..)` and implements no `Display`; [`expose`](Self::expose) is the way to its text.
#[derive(Clone)]
pub struct EncodedHash(String);

impl EncodedHash {
    pub(super) fn new(parameters: &HashParameters, salt: &[u8], hash: &[u8]) -> Self {
        Self(format!(
            "$argon2id$v=19$m={},t={},p={}${}${}",
            parameters.memory_kib(),
            parameters.time_cost(),
            parameters.parallelism(),
            STANDARD_NO_PAD.encode(salt),
            STANDARD_NO_PAD.encode(hash),
        ))
    }

    /// The text to store.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The text to store, by value.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for EncodedHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EncodedHash(..)")
    }
}

use std::fmt::Write;

use ore_security::random::random_bytes;

use crate::Error;

/// An `Idempotency-Key` that nobody else has.
pub(crate) fn new_key() -> Result<String, Error> {
    let bytes: [u8; 16] = random_bytes().map_err(|_| Error::Randomness)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

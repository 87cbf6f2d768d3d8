//! What keys are derived from, as operators write it.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;
use zeroize::Zeroizing;

const BYTES: usize = 32;

/// A secret that keys are derived from: 32 bytes that are never printed, and wiped when dropped.
#[derive(Clone)]
pub struct SealingSecret(Zeroizing<[u8; BYTES]>);

/// Why a text is no [`SealingSecret`], as the end of a sentence that begins with the text, which is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidSealingSecret {
    /// It is not 32 bytes in base64 (RFC 4648, 4).
    #[error("is not 32 bytes in base64; make one with openssl rand -base64 32")]
    Malformed,
    /// All its bytes are one.
    #[error("has the same byte 32 times; make one with openssl rand -base64 32")]
    OneByte,
}

impl SealingSecret {
    /// The bytes, for deriving keys alone.
    pub fn expose(&self) -> [u8; BYTES] {
        *self.0
    }
}

impl FromStr for SealingSecret {
    type Err = InvalidSealingSecret;

    fn from_str(text: &str) -> Result<Self, InvalidSealingSecret> {
        let bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| InvalidSealingSecret::Malformed)?);
        let secret: [u8; BYTES] = bytes.as_slice().try_into().map_err(|_| InvalidSealingSecret::Malformed)?;
        let secret = Zeroizing::new(secret);
        if *secret == [secret[0]; BYTES] { Err(InvalidSealingSecret::OneByte) } else { Ok(Self(secret)) }
    }
}

impl fmt::Debug for SealingSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealingSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("ZjNiMWM5ZDA3ZTVhNDhkMmI2YTRlOGYwOWMxZDczNTI=", true)]
    #[case::short("ZjNiMWM5ZDA3ZTVhNDhkMg==", false)]
    #[case::no_base64("f3b1c9d07e5a48d2b6a4e8f09c1d7352f3b1c9d07e5a4!", false)]
    #[case::zeros("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    #[case::empty("", false)]
    fn a_key_is_32_bytes_in_base64(#[case] text: &str, #[case] is_one: bool) {
        assert_eq!(text.parse::<SealingSecret>().is_ok(), is_one);
    }
}

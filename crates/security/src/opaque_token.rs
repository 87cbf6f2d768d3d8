//! Tokens that say nothing by themselves: `ore_<kind>_` and 49 characters of `0-9A-Za-z`, of which 43 are 256 random bits
//! and six the CRC-32 of everything before them.
//!
//! A store keeps the [digest](OpaqueToken::digest) alone. The checksum tells a mistyped or cut token from a wrong one
//! before a store is asked, and lets scanners for secrets be sure of what they find:
//! `ore_(?:ak|dt|mf|mt|ps|rt)_[0-9A-Za-z]{49}`.

use std::fmt;

use sha2::{Digest as _, Sha256};
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use crate::random::{RandomnessError, random_bytes};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62 to the power of 43 is more than 2 to the power of 256.
const SECRET_CHARACTERS: usize = 43;
/// 62 to the power of 6 is more than 2 to the power of 32.
const CHECKSUM_CHARACTERS: usize = 6;

/// The kind of an opaque token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// Makes the tokens of a session anew.
    Refresh,
    /// Stands for a user or a service account.
    ApiKey,
    /// Comes by mail.
    Mail,
    /// Tells a device from which a user logged in before.
    Device,
    /// Stands for a log-in that lacks its second factor.
    SecondFactor,
    /// Keeps a session of our pages in a browser, and gives no tokens.
    PageSession,
}

impl TokenKind {
    /// How every token of the kind begins.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Refresh => "ore_rt_",
            Self::ApiKey => "ore_ak_",
            Self::Mail => "ore_mt_",
            Self::Device => "ore_dt_",
            Self::SecondFactor => "ore_mf_",
            Self::PageSession => "ore_ps_",
        }
    }
}

/// The text is no token of the kind that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the text is no token of this kind")]
pub struct MalformedToken;

/// An opaque token. Not printed, and wiped when dropped.
#[derive(Clone)]
pub struct OpaqueToken(Zeroizing<String>);

impl OpaqueToken {
    /// A new token.
    ///
    /// # Errors
    /// [`RandomnessError`] when the operating system gives no random bytes.
    pub fn generate(kind: TokenKind) -> Result<Self, RandomnessError> {
        let mut secret: [u8; 32] = random_bytes()?;
        let mut text = String::with_capacity(kind.prefix().len() + SECRET_CHARACTERS + CHECKSUM_CHARACTERS);
        text.push_str(kind.prefix());
        push_base62(&mut text, &mut secret, SECRET_CHARACTERS);
        secret.zeroize();
        push_checksum(&mut text);
        Ok(Self(Zeroizing::new(text)))
    }

    /// The token that a client presents.
    ///
    /// # Errors
    /// [`MalformedToken`] for every text that is not exactly a token of this kind.
    pub fn parse(kind: TokenKind, text: &str) -> Result<Self, MalformedToken> {
        let random = text.strip_prefix(kind.prefix()).ok_or(MalformedToken)?;
        let is_base62 = random.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_base62 || random.len() != SECRET_CHARACTERS + CHECKSUM_CHARACTERS {
            return Err(MalformedToken);
        }
        let mut expected = Zeroizing::new(text[..text.len() - CHECKSUM_CHARACTERS].to_owned());
        push_checksum(&mut expected);
        if *expected == text { Ok(Self(expected)) } else { Err(MalformedToken) }
    }

    /// The token itself, for the client alone.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The SHA-256 of the whole text, which stores keep.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl fmt::Debug for OpaqueToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("OpaqueToken(..)")
    }
}

fn push_checksum(text: &mut String) {
    let mut checksum = crc32fast::hash(text.as_bytes()).to_be_bytes();
    push_base62(text, &mut checksum, CHECKSUM_CHARACTERS);
}

/// The number whose big-endian bytes these are, padded on the left; leaves zeros of the bytes.
fn push_base62(text: &mut String, number: &mut [u8], characters: usize) {
    let mut digits = Zeroizing::new([ALPHABET[0]; SECRET_CHARACTERS]);
    for digit in digits[..characters].iter_mut().rev() {
        let mut remainder = 0_usize;
        for byte in number.iter_mut() {
            let dividend = remainder << 8 | usize::from(*byte);
            *byte = u8::try_from(dividend / ALPHABET.len()).unwrap_or(u8::MAX);
            remainder = dividend % ALPHABET.len();
        }
        *digit = ALPHABET[remainder];
    }
    text.extend(digits[..characters].iter().map(|digit| char::from(*digit)));
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [TokenKind; 6] = [
        TokenKind::Refresh,
        TokenKind::ApiKey,
        TokenKind::Mail,
        TokenKind::Device,
        TokenKind::SecondFactor,
        TokenKind::PageSession,
    ];

    fn base62(number: &[u8], characters: usize) -> String {
        let mut text = String::new();
        push_base62(&mut text, &mut number.to_vec(), characters);
        text
    }

    #[test]
    fn numbers_are_written_as_documented() {
        assert_eq!(base62(&[0; 32], 43), "0".repeat(43));
        assert_eq!(base62(&[61], 3), "00z");
        assert_eq!(base62(&[62], 3), "010");
        // CRC-32 (ISO-HDLC) of "123456789" is cbf43926, and 62^5 * 3 + 62^4 * 45 + … of it.
        assert_eq!(crc32fast::hash(b"123456789"), 0xcbf4_3926);
        let number = u32::from_str_radix("cbf43926", 16).unwrap();
        let digits = base62(&number.to_be_bytes(), 6);
        let value = digits.bytes().fold(0_u64, |value, digit| {
            value * 62 + ALPHABET.iter().position(|letter| *letter == digit).unwrap() as u64
        });
        assert_eq!(value, u64::from(number));
    }

    #[test]
    fn the_greatest_secret_fits() {
        assert_eq!(base62(&[0xff; 32], 43).len(), 43);
        let mut number = [0xff; 32];
        push_base62(&mut String::new(), &mut number, 43);
        assert_eq!(number, [0; 32], "nothing is left over");
    }

    #[test]
    fn a_token_is_read_as_its_own_kind_alone() {
        for kind in KINDS {
            let token = OpaqueToken::generate(kind).unwrap();
            for other in KINDS {
                let read = OpaqueToken::parse(other, token.expose());
                assert_eq!(read.is_ok(), kind == other, "{kind:?} as {other:?}");
            }
            let read = OpaqueToken::parse(kind, token.expose()).unwrap();
            assert_eq!(read.digest(), token.digest());
        }
    }

    #[test]
    fn every_change_of_a_token_is_noticed() {
        let token = OpaqueToken::generate(TokenKind::Refresh).unwrap();
        let text = token.expose();
        for index in 0..text.len() {
            let mut changed = text.to_owned().into_bytes();
            changed[index] = if changed[index] == b'a' { b'b' } else { b'a' };
            assert_eq!(
                OpaqueToken::parse(TokenKind::Refresh, std::str::from_utf8(&changed).unwrap()).err(),
                Some(MalformedToken)
            );
            assert!(OpaqueToken::parse(TokenKind::Refresh, &text[..index]).is_err());
        }
        for other in [format!("{text}0"), format!(" {text}"), format!("{text}{text}"), format!("{}ä", &text[..55])] {
            assert!(OpaqueToken::parse(TokenKind::Refresh, &other).is_err(), "{other}");
        }
    }

    #[test]
    fn two_tokens_are_different_and_do_not_print() {
        let tokens = [(); 2].map(|()| OpaqueToken::generate(TokenKind::Mail).unwrap());
        assert_ne!(tokens[0].expose(), tokens[1].expose());
        assert_eq!(format!("{:?}", tokens[0]), "OpaqueToken(..)");
    }
}

//! Codes that get users in once each who have lost their second factor: 80 random bits in Crockford's base 32, which has no
//! letters that look alike.

use std::fmt;

use sha2::{Digest as _, Sha256};
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use crate::random::{RandomnessError, random_bytes};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Of five bits each.
const SYMBOLS: usize = 16;
/// The number of symbols in a group of a shown code.
const GROUP: usize = 4;

/// A recovery code. Not printed, and wiped when dropped.
#[derive(Clone)]
pub struct RecoveryCode(Zeroizing<String>);

/// The text is no recovery code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the text is no recovery code")]
pub struct MalformedCode;

impl RecoveryCode {
    /// A new code.
    ///
    /// # Errors
    /// [`RandomnessError`] when the operating system gives no random bytes.
    pub fn generate() -> Result<Self, RandomnessError> {
        let mut random: [u8; SYMBOLS] = random_bytes()?;
        // 256 is a multiple of 32: every symbol is as likely as any other.
        let symbols = random.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect();
        random.zeroize();
        Ok(Self(Zeroizing::new(symbols)))
    }

    /// The code that a user has typed, in any case, with or without what divides it, and with letters that look like its own.
    ///
    /// # Errors
    /// [`MalformedCode`] for every text that stands for no code.
    pub fn parse(text: &str) -> Result<Self, MalformedCode> {
        let mut code = Zeroizing::new(String::with_capacity(SYMBOLS));
        for letter in text.chars().filter(|letter| !matches!(letter, ' ' | '-')) {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let is_symbol = u8::try_from(letter).is_ok_and(|byte| ALPHABET.contains(&byte));
            if !is_symbol || code.len() == SYMBOLS {
                return Err(MalformedCode);
            }
            code.push(letter);
        }
        if code.len() == SYMBOLS { Ok(Self(code)) } else { Err(MalformedCode) }
    }

    /// The code in groups, for the user alone.
    pub fn expose(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(SYMBOLS + SYMBOLS / GROUP));
        for (place, symbol) in self.0.chars().enumerate() {
            if place > 0 && place % GROUP == 0 {
                text.push('-');
            }
            text.push(symbol);
        }
        text
    }

    /// The SHA-256 of the code, which stores keep.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::new().chain_update(b"ore recovery code ").chain_update(self.0.as_bytes()).finalize().into()
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RecoveryCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_write_it() {
        let code = RecoveryCode::parse("0123-4567-89AB-CDEF").unwrap();
        for text in ["0123456789abcdef", " o1 23 4567-89ab--cdef ", "OI23-4567-89AB-CDEF", "0L23456789ABCDEF"] {
            assert_eq!(RecoveryCode::parse(text).unwrap().digest(), code.digest(), "{text}");
        }
        assert_eq!(code.expose().as_str(), "0123-4567-89AB-CDEF");
    }

    #[test]
    fn anything_else_is_no_code() {
        for text in ["", "0123-4567-89AB-CDE", "0123-4567-89AB-CDEFG", "U123-4567-89AB-CDEF", "é123-4567-89AB-CDEF"] {
            assert_eq!(RecoveryCode::parse(text).err(), Some(MalformedCode), "{text}");
        }
    }

    #[test]
    fn codes_differ_are_read_again_and_do_not_print() {
        let [first, second] = [(); 2].map(|()| RecoveryCode::generate().unwrap());
        assert_ne!(first.digest(), second.digest());
        assert_eq!(RecoveryCode::parse(&first.expose()).unwrap().digest(), first.digest());
        assert_eq!(format!("{first:?}"), "RecoveryCode(..)");
    }
}

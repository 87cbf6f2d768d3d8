use std::fmt;

use zeroize::Zeroizing;

use crate::{SessionId, Timestamp, UserId};

/// The secret from which a user makes codes that depend on the time (RFC 6238).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotpFactor {
    /// The user.
    pub user: UserId,
    /// The secret, which only we can read.
    pub sealed: Vec<u8>,
    /// The step of the last code that was accepted. None of before is accepted again (RFC 6238, 5.2).
    pub last_step: i64,
    /// Whether the address of the user was verified when the factor was added.
    pub is_proven: bool,
    /// When it was added.
    pub created_at: Timestamp,
}

/// A secret of which the user has not shown a code yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotpEnrolment {
    /// The user.
    pub user: UserId,
    /// The session in which it was asked for.
    pub session: SessionId,
    /// The secret, which only we can read.
    pub sealed: Vec<u8>,
    /// When it stops to count.
    pub expires_at: Timestamp,
}

/// A code that a user has typed: six digits. Not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpCode(Zeroizing<String>);

/// The text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the code has not six digits")]
pub struct MalformedTotpCode;

impl TotpCode {
    const DIGITS: usize = 6;

    /// The code that a user has typed, which may have spaces in it.
    ///
    /// # Errors
    /// [`MalformedTotpCode`].
    pub fn parse(text: &str) -> Result<Self, MalformedTotpCode> {
        let mut code = Zeroizing::new(String::with_capacity(Self::DIGITS));
        for letter in text.chars().filter(|letter| *letter != ' ') {
            if !letter.is_ascii_digit() || code.len() == Self::DIGITS {
                return Err(MalformedTotpCode);
            }
            code.push(letter);
        }
        if code.len() == Self::DIGITS { Ok(Self(code)) } else { Err(MalformedTotpCode) }
    }

    /// The digits.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TotpCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TotpCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("12345")]
    #[case("1234567")]
    #[case("12345a")]
    #[case("１２３４５６")]
    fn what_is_no_code_is_refused(#[case] text: &str) {
        assert_eq!(TotpCode::parse(text), Err(MalformedTotpCode));
    }

    #[test]
    fn a_code_is_read_as_phones_show_it_and_does_not_print() {
        let code = TotpCode::parse("123 456").unwrap();
        assert_eq!((code.expose(), format!("{code:?}").as_str()), ("123456", "TotpCode(..)"));
    }
}

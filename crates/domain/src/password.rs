use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

use crate::EmailAddress;
use crate::common_passwords::{is_address, is_common, is_name};

/// A password as somebody typed it. Never printed, and wiped when dropped.
#[derive(Clone)]
pub struct Password(SecretString);

/// What a new password must satisfy. Its length counts, and that it is none of those that are tried first: no composition
/// rule, no strength score (NIST SP 800-63B-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// The fewest code points, counted after NFC.
    pub min_length: usize,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { min_length: 8 }
    }
}

/// Why a text cannot be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer code points than the policy asks for.
    #[error("the password has fewer than {minimum} code points")]
    TooShort {
        /// The fewest that are accepted.
        minimum: usize,
    },
    /// More bytes than are ever hashed; refused, since truncating would make different passwords equal.
    #[error("the password has more than {maximum} bytes")]
    TooLong {
        /// The most that are accepted.
        maximum: usize,
    },
    /// Many people choose it, or it is the address of its user or the name of the service.
    #[error("the password is one of those that are tried first")]
    TooCommon,
    /// Contains U+0000.
    #[error("the password contains a NUL character")]
    ForbiddenCharacter,
}

impl Password {
    /// The most bytes a password may have.
    pub const MAX_BYTES: usize = 1024;

    /// A password to be set: within the bounds of every password and of `policy`.
    ///
    /// # Errors
    /// Any [`PasswordError`].
    pub fn new(text: impl Into<SecretString>, policy: PasswordPolicy) -> Result<Self, PasswordError> {
        let password = Self::presented(text)?;
        if password.expose().nfc().count() < policy.min_length {
            return Err(PasswordError::TooShort { minimum: policy.min_length });
        }
        if is_common(password.expose()) {
            return Err(PasswordError::TooCommon);
        }
        Ok(password)
    }

    /// Whether the password is the address of its user, or what stands before the `@`.
    pub fn is_address(&self, email: &EmailAddress) -> bool {
        is_address(self.expose(), email)
    }

    /// Whether the password is this name, with or without its spaces.
    pub fn is_name(&self, name: &str) -> bool {
        is_name(self.expose(), name)
    }

    /// A password to be compared with a stored one, which may be older than the present policy.
    ///
    /// # Errors
    /// [`PasswordError::TooLong`] and [`PasswordError::ForbiddenCharacter`].
    pub fn presented(text: impl Into<SecretString>) -> Result<Self, PasswordError> {
        let text = text.into();
        if text.expose_secret().len() > Self::MAX_BYTES {
            return Err(PasswordError::TooLong { maximum: Self::MAX_BYTES });
        }
        if text.expose_secret().contains('\0') {
            return Err(PasswordError::ForbiddenCharacter);
        }
        Ok(Self(text))
    }

    /// The text, for the hasher alone.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::eight_letters("gbkwrzfh", Ok(()))]
    #[case::common("abcdefgh", Err(PasswordError::TooCommon))]
    #[case::seven_letters("abcdefg", Err(PasswordError::TooShort { minimum: 8 }))]
    #[case::eight_code_points_of_many_bytes("密码密码密码密码", Ok(()))]
    #[case::decomposed_letters_count_once("e\u{301}e\u{301}e\u{301}e\u{301}", Err(PasswordError::TooShort { minimum: 8 }))]
    #[case::only_spaces("        ", Ok(()))]
    #[case::nul("abcd\0efgh", Err(PasswordError::ForbiddenCharacter))]
    #[case::longest(&"x".repeat(1024), Ok(()))]
    #[case::too_long(&"x".repeat(1025), Err(PasswordError::TooLong { maximum: 1024 }))]
    fn a_new_password_is_long_enough_and_not_common(#[case] text: &str, #[case] expected: Result<(), PasswordError>) {
        assert_eq!(Password::new(text, PasswordPolicy::default()).map(drop), expected);
    }

    #[test]
    fn a_presented_password_may_be_shorter_than_the_policy() {
        assert!(Password::presented("short").is_ok());
    }

    #[test]
    fn debug_shows_nothing_of_the_text() {
        let password = Password::presented("correct horse").unwrap();
        assert_eq!(format!("{password:?}"), "Password([redacted])");
    }
}

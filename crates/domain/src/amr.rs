use std::borrow::Cow;

/// How a user authenticated: names of RFC 8176, in the order in which they were used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amr(Cow<'static, str>);

impl Amr {
    /// Nobody did: of an impersonation.
    pub const NONE: Self = Self(Cow::Borrowed(""));
    /// With a password.
    pub const PASSWORD: Self = Self(Cow::Borrowed("pwd"));
    /// With a password and a code that is valid once.
    pub const PASSWORD_AND_CODE: Self = Self(Cow::Borrowed("pwd otp mfa"));
    /// With a code that is valid once, beside what was shown before.
    pub const CODE: Self = Self(Cow::Borrowed("otp mfa"));
    /// With a passkey, which has verified its user.
    pub const PASSKEY: Self = Self(Cow::Borrowed("hwk user"));
    /// With a password and a passkey.
    pub const PASSWORD_AND_PASSKEY: Self = Self(Cow::Borrowed("pwd hwk user mfa"));

    /// As a store has it: names with spaces between them, some of which a newer version may have written.
    pub fn from_stored(text: String) -> Self {
        Self(Cow::Owned(text))
    }

    /// The names with spaces between them.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names.
    pub fn methods(&self) -> impl Iterator<Item = &str> {
        self.0.split_whitespace()
    }

    /// Whether this shows a second factor: several were used, or a key that verifies its user, which is two in one.
    pub fn has_second_factor(&self) -> bool {
        let has = |name: &str| self.methods().any(|method| method == name);
        has("mfa") || (has("hwk") && has("user"))
    }

    /// Adds further authentication methods to these.
    #[must_use]
    pub fn and(&self, more: &Self) -> Self {
        let mut names: Vec<_> = self.methods().collect();
        for name in more.methods() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Self(Cow::Owned(names.join(" ")))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Amr::NONE, false)]
    #[case(Amr::PASSWORD, false)]
    #[case(Amr::PASSWORD_AND_CODE, true)]
    #[case(Amr::PASSKEY, true)]
    #[case(Amr::PASSWORD_AND_PASSKEY, true)]
    #[case(Amr::from_stored("hwk".to_owned()), false)]
    #[case(Amr::from_stored("pwd user".to_owned()), false)]
    #[case(Amr::from_stored("pwd mfax".to_owned()), false)]
    fn what_shows_a_second_factor(#[case] amr: Amr, #[case] expected: bool) {
        assert_eq!(amr.has_second_factor(), expected, "{amr:?}");
    }

    #[test]
    fn what_was_shown_before_stays_and_is_named_once() {
        let both = Amr::PASSWORD.and(&Amr::CODE);
        assert_eq!(both, Amr::PASSWORD_AND_CODE);
        assert_eq!(Amr::PASSKEY.and(&Amr::CODE).as_str(), "hwk user otp mfa");
    }
}

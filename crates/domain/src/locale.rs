//! The languages in which messages are written.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A language that every message exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Locale {
    /// Simplified Chinese, `zh-CN`.
    ZhCn,
    /// English, `en`.
    En,
}

/// The text names no language that messages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("is not a language we have (zh-CN or en)")]
pub struct UnknownLocale;

impl Locale {
    /// The language tag (BCP 47), as `Content-Language` and `<html lang>` write it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.tag())
    }
}

impl FromStr for Locale {
    type Err = UnknownLocale;

    /// Reads a tag in any case, since language tags have none (RFC 5646 2.1.1).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::ZhCn, Self::En].into_iter().find(|locale| locale.tag().eq_ignore_ascii_case(text)).ok_or(UnknownLocale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_in_any_case_and_shown_in_its_own() {
        assert_eq!("ZH-cn".parse::<Locale>().unwrap().to_string(), "zh-CN");
        assert_eq!("en".parse(), Ok(Locale::En));
    }

    #[test]
    fn a_language_without_messages_is_refused() {
        assert_eq!("fr".parse::<Locale>(), Err(UnknownLocale));
    }
}

//! The languages in which messages are written.

use strum::{Display, EnumString, IntoStaticStr, VariantArray, VariantNames};

/// A language that every message exists in. Its tag is read in any case, since language tags have none (RFC 5646 2.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray, VariantNames)]
#[strum(ascii_case_insensitive)]
pub enum Locale {
    /// Simplified Chinese.
    #[strum(serialize = "zh-CN")]
    ZhCn,
    /// English.
    #[strum(serialize = "en")]
    En,
}

impl Locale {
    /// The language tag (BCP 47), as `Content-Language` and `<html lang>` write it.
    pub fn tag(self) -> &'static str {
        self.into()
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
        assert_eq!("fr".parse::<Locale>(), Err(strum::ParseError::VariantNotFound));
    }
}

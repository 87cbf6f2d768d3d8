use ore_domain::Locale;
use ore_domain::PasswordPolicy;

use super::{CatalogueError, Message, Texts};

/// Every message in every language.
#[derive(Debug, Clone)]
pub struct Catalogue(Texts);

impl Catalogue {
    /// Formats every message.
    ///
    /// # Errors
    /// [`CatalogueError`] when a message is missing or cannot be formatted.
    pub fn load(policy: PasswordPolicy) -> Result<Self, CatalogueError> {
        let identifiers: Vec<_> = Message::ALL.iter().map(|message| message.identifier()).collect();
        let sources = [include_str!("../../locales/zh-CN.ftl"), include_str!("../../locales/en.ftl")];
        Ok(Self(Texts::load(&identifiers, sources, policy)?))
    }

    /// The text of `message`.
    pub fn text(&self, locale: Locale, message: Message) -> &str {
        self.0.get(locale, message as usize)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_message_exists_in_both_languages_and_differs() {
        let catalogue = Catalogue::load(PasswordPolicy::default()).unwrap();
        for message in Message::ALL {
            let (chinese, english) = (catalogue.text(Locale::ZhCn, *message), catalogue.text(Locale::En, *message));
            assert!(!english.is_empty() && !chinese.is_ascii() && english.is_ascii(), "{message:?}");
        }
    }

    #[test]
    fn the_catalogues_hold_no_message_that_nobody_uses() {
        let known: BTreeSet<_> = Message::ALL.iter().map(|message| message.identifier()).collect();
        for source in [include_str!("../../locales/zh-CN.ftl"), include_str!("../../locales/en.ftl")] {
            let defined = source.lines().filter_map(|line| Some(line.split_once(" = ")?.0)).collect();
            assert_eq!(known, defined);
        }
    }

    #[test]
    fn a_message_names_the_configured_length() {
        let catalogue = Catalogue::load(PasswordPolicy { min_length: 12 }).unwrap();
        assert_eq!(catalogue.text(Locale::ZhCn, Message::PasswordTooShort), "密码长度至少12位");
    }
}

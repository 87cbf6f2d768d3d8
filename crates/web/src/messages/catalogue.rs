use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use ore_domain::Locale;
use ore_domain::{Password, PasswordPolicy};
use unic_langid::LanguageIdentifier;

use super::Message;

/// Every message in every language.
///
/// What messages depend on is known when the process starts, so each is formatted once, and answering costs a look-up.
#[derive(Debug, Clone)]
pub struct Catalogue {
    chinese: Vec<String>,
    english: Vec<String>,
}

/// The catalogue built into the program is not complete: a fault of the build, found by a test.
#[derive(Debug, thiserror::Error)]
#[error("the {locale} catalogue: {fault}")]
pub struct CatalogueError {
    locale: Locale,
    fault: String,
}

impl Catalogue {
    /// Formats every message.
    ///
    /// # Errors
    /// [`CatalogueError`] when a message is missing or cannot be formatted.
    pub fn load(policy: PasswordPolicy) -> Result<Self, CatalogueError> {
        Ok(Self {
            chinese: format_all(Locale::ZhCn, include_str!("../../locales/zh-CN.ftl"), policy)?,
            english: format_all(Locale::En, include_str!("../../locales/en.ftl"), policy)?,
        })
    }

    /// The text of `message`.
    pub fn text(&self, locale: Locale, message: Message) -> &str {
        let texts = match locale {
            Locale::ZhCn => &self.chinese,
            Locale::En => &self.english,
        };
        &texts[message as usize]
    }
}

fn format_all(locale: Locale, source: &str, policy: PasswordPolicy) -> Result<Vec<String>, CatalogueError> {
    let fault = |fault: String| CatalogueError { locale, fault };
    let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| fault(format!("{errors:?}")))?;
    let language: LanguageIdentifier = locale.tag().parse().map_err(|error| fault(format!("{error}")))?;
    let mut bundle = FluentBundle::new(vec![language]);
    // Isolation marks around numbers would only be noise to programs that compare messages.
    bundle.set_use_isolating(false);
    bundle.add_resource(resource).map_err(|errors| fault(format!("{errors:?}")))?;
    let mut arguments = FluentArgs::new();
    arguments.set("password_min_length", policy.min_length);
    arguments.set("password_max_bytes", Password::MAX_BYTES);
    let format = |message: &Message| {
        let pattern = bundle.get_message(message.identifier()).and_then(|found| found.value());
        let pattern = pattern.ok_or_else(|| fault(format!("{} is missing", message.identifier())))?;
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned();
        if errors.is_empty() { Ok(text) } else { Err(fault(format!("{}: {errors:?}", message.identifier()))) }
    };
    Message::ALL.iter().map(format).collect()
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

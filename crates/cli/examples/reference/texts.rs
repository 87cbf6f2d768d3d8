//! The short texts of tables and lists, in one language.

use std::cell::RefCell;
use std::collections::BTreeSet;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use ore_domain::Locale;
use unic_langid::LanguageIdentifier;

use crate::markdown::sentence;

/// The texts of `texts/*.ftl` in one language.
pub(crate) struct Texts {
    locale: Locale,
    bundle: FluentBundle<FluentResource>,
    used: RefCell<BTreeSet<String>>,
}

impl Texts {
    /// Reads the texts.
    ///
    /// # Errors
    /// When they are not Fluent.
    pub(crate) fn load(locale: Locale) -> Result<Self, String> {
        let resource = FluentResource::try_new(Self::source(locale).to_owned())
            .map_err(|(_, errors)| format!("the texts in {locale}: {errors:?}"))?;
        let language: LanguageIdentifier = locale.tag().parse().map_err(|error| format!("{locale}: {error}"))?;
        let mut bundle = FluentBundle::new(vec![language]);
        // Isolation marks would end up on the page.
        bundle.set_use_isolating(false);
        bundle.add_resource(resource).map_err(|errors| format!("the texts in {locale}: {errors:?}"))?;
        Ok(Self { locale, bundle, used: RefCell::default() })
    }

    /// The file of the language.
    pub(crate) const fn source(locale: Locale) -> &'static str {
        match locale {
            Locale::En => include_str!("texts/en.ftl"),
            Locale::ZhCn => include_str!("texts/zh-CN.ftl"),
        }
    }

    pub(crate) const fn locale(&self) -> Locale {
        self.locale
    }

    /// The text, in Markdown.
    ///
    /// # Errors
    /// When it is missing.
    pub(crate) fn text(&self, identifier: &str) -> Result<String, String> {
        self.text_with(identifier, &[])
    }

    /// The text with what it depends on.
    ///
    /// # Errors
    /// When it is missing, or depends on something else.
    pub(crate) fn text_with(&self, identifier: &str, arguments: &[(&'static str, &str)]) -> Result<String, String> {
        self.used.borrow_mut().insert(identifier.to_owned());
        let pattern = self.bundle.get_message(identifier).and_then(|message| message.value());
        let pattern = pattern.ok_or_else(|| format!("{identifier} is missing in {}", self.locale))?;
        let arguments: FluentArgs<'_> = arguments.iter().copied().collect();
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned();
        if errors.is_empty() { Ok(text) } else { Err(format!("{identifier} in {}: {errors:?}", self.locale)) }
    }

    /// Several texts, for the head of a table.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub(crate) fn texts<const COUNT: usize>(&self, identifiers: [&str; COUNT]) -> Result<Vec<String>, String> {
        identifiers.iter().map(|identifier| self.text(identifier)).collect()
    }

    /// Text that the code has in English; in another language it is looked up.
    ///
    /// # Errors
    /// When it is missing in the other language.
    pub(crate) fn translated(&self, identifier: &str, english: &str) -> Result<String, String> {
        match self.locale {
            Locale::En => Ok(sentence(english)),
            Locale::ZhCn => self.text(identifier),
        }
    }

    /// What has been asked for so far.
    #[cfg(test)]
    pub(crate) fn used(&self) -> BTreeSet<String> {
        self.used.borrow().clone()
    }
}

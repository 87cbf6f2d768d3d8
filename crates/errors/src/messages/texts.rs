use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use ore_domain::{Locale, Password, PasswordPolicy};
use unic_langid::LanguageIdentifier;

/// Texts in every language.
///
/// What they depend on is known when the process starts, so each is formatted once, and answering costs a look-up.
#[derive(Debug, Clone)]
pub struct Texts {
    chinese: Vec<String>,
    english: Vec<String>,
}

/// A catalogue built into the program is not complete: a fault of the build, found by a test.
#[derive(Debug, thiserror::Error)]
#[error("the {locale} catalogue: {fault}")]
pub struct CatalogueError {
    locale: Locale,
    fault: String,
}

impl Texts {
    /// Formats the texts of these identifiers, from the Chinese and the English source (Fluent).
    ///
    /// # Errors
    /// [`CatalogueError`] when a text is missing or cannot be formatted.
    pub fn load(
        identifiers: &[&str],
        [chinese, english]: [&str; 2],
        policy: PasswordPolicy,
    ) -> Result<Self, CatalogueError> {
        Ok(Self {
            chinese: format_all(identifiers, Locale::ZhCn, chinese, policy)?,
            english: format_all(identifiers, Locale::En, english, policy)?,
        })
    }

    /// The text of the identifier at this index.
    pub fn get(&self, locale: Locale, index: usize) -> &str {
        let texts = match locale {
            Locale::ZhCn => &self.chinese,
            Locale::En => &self.english,
        };
        &texts[index]
    }
}

fn format_all(
    identifiers: &[&str],
    locale: Locale,
    source: &str,
    policy: PasswordPolicy,
) -> Result<Vec<String>, CatalogueError> {
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
    let format = |identifier: &&str| {
        let pattern = bundle.get_message(identifier).and_then(|found| found.value());
        let pattern = pattern.ok_or_else(|| fault(format!("{identifier} is missing")))?;
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned();
        if errors.is_empty() { Ok(text) } else { Err(fault(format!("{identifier}: {errors:?}"))) }
    };
    identifiers.iter().map(format).collect()
}

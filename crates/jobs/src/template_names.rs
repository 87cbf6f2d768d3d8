//! The names of the files that templates are.

use std::path::Path;

use ore_domain::Locale;
use strum::VariantArray;

use crate::MailTemplate;

/// The page around the paragraphs of each mail that has no page of its own.
pub(crate) const LAYOUT: &str = "layout.html";

/// The languages that mails are written in.
pub(crate) const LOCALES: &[Locale] = Locale::VARIANTS;

/// The subject and the text of a mail.
pub(crate) fn text_name(template: MailTemplate, locale: Locale) -> String {
    format!("{}.{locale}.txt", template.name())
}

/// The whole HTML of one mail.
pub(crate) fn page_name(template: MailTemplate, locale: Locale) -> String {
    format!("{}.{locale}.html", template.name())
}

/// Whether a template of this name is HTML.
pub(crate) fn is_page(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "html")
}

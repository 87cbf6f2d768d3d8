use std::collections::BTreeMap;
use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use ore_domain::Locale;

use crate::cleaning::{clean, clean_subject};
use crate::html::paragraphs;
use crate::mail_template::TemplateValue;
use crate::template_names::{LAYOUT, LOCALES, is_page, page_name, text_name};
use crate::{MailBranding, MailTemplate, OutgoingMail, TemplateError, TemplateValues, built_in, overrides, validity};

/// The templates of all mails in all languages.
pub struct Templates {
    environment: Environment<'static>,
    app_name: String,
    branding: MailBranding,
}

/// A mail as it is read.
#[derive(Debug)]
pub(crate) struct RenderedMail {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// The names that every text template may use beside the values of its mail.
const OF_EVERY_MAIL: [&str; 1] = ["app_name"];
/// The names that a page of one mail may use beside those of its text.
const OF_EVERY_PAGE: [&str; 4] = ["locale", "subject", "accent", "logo"];
/// The names that the layout may use.
const OF_LAYOUT: [&str; 6] = ["app_name", "locale", "paragraphs", "subject", "accent", "logo"];

/// What HTML calls the logo that goes with it (RFC 2392). There is one in a mail, so each may have the same.
pub(crate) const LOGO_ID: &str = "logo@mail.invalid";

impl Templates {
    /// The built-in templates of mails in the name of a service, and in their place the files of the same names in a
    /// directory: `<template>.<locale>.txt`, `<template>.<locale>.html` and `layout.html`. Each is tried with example
    /// values.
    ///
    /// # Errors
    /// When the directory cannot be read, has a `.txt` or `.html` file of another name, or a template is broken or names
    /// something that its mail does not have.
    pub fn load(app_name: &str, directory: Option<&Path>) -> Result<Self, TemplateError> {
        let mut templates =
            Self { environment: environment()?, app_name: clean(app_name), branding: MailBranding::default() };
        let mut files = BTreeMap::new();
        for &locale in LOCALES {
            for template in MailTemplate::ALL {
                files.insert(text_name(*template, locale), built_in::text(*template, locale).to_owned());
            }
        }
        files.insert(LAYOUT.to_owned(), built_in::LAYOUT.to_owned());
        if let Some(directory) = directory {
            files.extend(overrides::read(directory)?);
        }
        for (name, source) in files {
            let added = templates.environment.add_template_owned(name.clone(), source);
            added.map_err(|error| TemplateError::of_engine(name, &error))?;
        }
        templates.check()?;
        Ok(templates)
    }

    /// The same, with these looks.
    #[must_use]
    pub fn with_branding(self, branding: MailBranding) -> Self {
        Self { branding, ..self }
    }

    /// The logo, if this mail shows it.
    pub(crate) fn logo_of(&self, mail: &RenderedMail) -> Option<&[u8]> {
        self.branding.logo.as_deref().filter(|_| mail.html.contains(LOGO_ID))
    }

    fn check(&self) -> Result<(), TemplateError> {
        self.check_names(LAYOUT, &OF_LAYOUT)?;
        for &locale in LOCALES {
            for template in MailTemplate::ALL {
                let values = template.values().iter().map(|value| value.name());
                let of_text: Vec<&str> = OF_EVERY_MAIL.into_iter().chain(values).collect();
                self.check_names(&text_name(*template, locale), &of_text)?;
                let page = page_name(*template, locale);
                if self.environment.get_template(&page).is_ok() {
                    self.check_names(&page, &[of_text.as_slice(), &OF_EVERY_PAGE].concat())?;
                }
                for values in TemplateValues::examples() {
                    self.render(*template, locale, &values)?;
                }
            }
        }
        Ok(())
    }

    /// Finds names in branches that the examples do not reach, too.
    fn check_names(&self, file: &str, known: &[&str]) -> Result<(), TemplateError> {
        let template = self.environment.get_template(file).map_err(|error| TemplateError::of_engine(file, &error))?;
        let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        unknown.retain(|name| !known.contains(&name.as_str()) && !self.is_global(name));
        unknown.sort_unstable();
        match unknown.first() {
            None => Ok(()),
            Some(name) => Err(TemplateError::new(file, format!("names `{name}`, but has only {}", known.join(", ")))),
        }
    }

    fn is_global(&self, name: &str) -> bool {
        self.environment.globals().any(|(global, _)| global == name)
    }

    /// The subject, the text and the HTML of a mail.
    ///
    /// # Errors
    /// When the mail lacks a value of its template.
    pub(crate) fn render_mail(&self, outgoing: &OutgoingMail) -> Result<RenderedMail, TemplateError> {
        self.render(outgoing.template, outgoing.locale, &outgoing.values)
    }

    fn render(
        &self,
        template: MailTemplate,
        locale: Locale,
        values: &TemplateValues,
    ) -> Result<RenderedMail, TemplateError> {
        let mut places = self.places(template, locale, values)?;
        let text_name = text_name(template, locale);
        let whole = self.render_file(&text_name, places_value(&places))?;
        let (subject, text) = subject_and_text(&whole).ok_or_else(|| {
            TemplateError::new(text_name, "does not begin with the line `Subject: …`, a blank line and a text")
        })?;
        let subject = clean_subject(subject);
        let page = page_name(template, locale);
        let html = if self.environment.get_template(&page).is_ok() {
            places.insert("locale", locale.tag().to_owned());
            places.insert("subject", subject.clone());
            places.insert("accent", self.accent().to_owned());
            places.insert("logo", self.logo_id().to_owned());
            self.render_file(&page, places_value(&places))?
        } else {
            let paragraphs = paragraphs(text, places.get("link").map(String::as_str));
            let page = context! {
                app_name => self.app_name.as_str(),
                locale => locale.tag(),
                paragraphs => Value::from(Serde(&paragraphs)),
                subject => subject.as_str(),
                accent => self.accent(),
                logo => self.logo_id(),
            };
            self.render_file(LAYOUT, page)?
        };
        Ok(RenderedMail { subject, text: text.to_owned(), html })
    }

    /// Empty where there is none.
    fn accent(&self) -> &str {
        self.branding.accent.as_deref().unwrap_or_default()
    }

    /// Empty where there is none.
    fn logo_id(&self) -> &str {
        self.branding.logo.as_ref().map_or("", |_| LOGO_ID)
    }

    fn places(
        &self,
        template: MailTemplate,
        locale: Locale,
        values: &TemplateValues,
    ) -> Result<BTreeMap<&'static str, String>, TemplateError> {
        let mut places = BTreeMap::from([("app_name", self.app_name.clone())]);
        for value in template.values() {
            let text = match value {
                TemplateValue::Link => values.link.clone(),
                TemplateValue::Token => values.token.clone(),
                TemplateValue::Address => values.address.clone(),
                TemplateValue::ValidFor => values.valid_for.map(|validity| validity::in_words(validity, locale)),
                TemplateValue::Device => Some(values.device.clone().unwrap_or_default()),
            };
            let missing =
                || TemplateError::new(text_name(template, locale), format!("the mail has no {}", value.name()));
            places.insert(value.name(), clean(&text.ok_or_else(missing)?));
        }
        Ok(places)
    }

    fn render_file(&self, file: &str, places: Value) -> Result<String, TemplateError> {
        let template = self.environment.get_template(file);
        template.and_then(|template| template.render(places)).map_err(|error| TemplateError::of_engine(file, &error))
    }
}

fn environment() -> Result<Environment<'static>, TemplateError> {
    let mut environment = Environment::new();
    // A line that holds only a block of the engine leaves nothing in the mail.
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    environment.set_syntax(syntax.map_err(|error| TemplateError::of_engine("the template engine", &error))?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| if is_page(name) { AutoEscape::Html } else { AutoEscape::None });
    Ok(environment)
}

fn places_value(places: &BTreeMap<&'static str, String>) -> Value {
    Value::from(Serde(places))
}

/// The first line behind `Subject:`, and what follows the blank line after it.
fn subject_and_text(whole: &str) -> Option<(&str, &str)> {
    let (first, rest) = whole.split_once('\n')?;
    let subject = first.strip_prefix("Subject:")?.trim();
    let (blank, text) = rest.split_once('\n')?;
    let is_complete = blank.trim().is_empty() && !subject.is_empty() && !text.trim().is_empty();
    is_complete.then_some((subject, text))
}

use ore_domain::Locale;
use ore_errors::messages::Catalogue;
use ore_errors::{ApiError, Problem, message_of};

/// The messages about an error, in the language of the reader.
pub(crate) struct ErrorMessages {
    /// The message for the whole form.
    pub(crate) summary: String,
    fields: Vec<(&'static str, String)>,
}

impl ErrorMessages {
    pub(crate) fn of(error: &ApiError, catalogue: &Catalogue, locale: Locale) -> Self {
        let problem = error.problem().unwrap_or(Problem::InternalError);
        let fields = match error {
            ApiError::Validation(errors) => errors
                .iter()
                .map(|error| (error.field, catalogue.text(locale, message_of(error.violation)).to_owned()))
                .collect(),
            _ => Vec::new(),
        };
        Self { summary: catalogue.text(locale, problem.message()).to_owned(), fields }
    }

    /// The messages for the fields.
    pub(crate) fn of_fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(_, message)| message.as_str())
    }

    /// The message for this field.
    pub(crate) fn of_field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, message)| message.as_str())
    }
}

//! What stands in the places of the templates.

use anyhow::{Context, Result};
use heck::ToUpperCamelCase;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};

use super::endpoint::Endpoint;

/// The templates of one endpoint.
pub(super) struct Templates {
    environment: Environment<'static>,
    places: Value,
}

impl Templates {
    /// With the name of its migration.
    pub(super) fn new(endpoint: &Endpoint, migration: &str) -> Result<Self> {
        let mut environment = Environment::new();
        let mut syntax = SyntaxConfig::builder();
        // A line that holds only a block of the engine leaves nothing in the file.
        environment.set_syntax(syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.add_template("field.jinja", include_str!("../../templates/field.jinja"))?;
        Ok(Self { environment, places: places(endpoint, migration) })
    }

    /// The text of a file.
    pub(super) fn render(&self, template: &str) -> Result<String> {
        let first_line = || template.lines().next().unwrap_or_default().to_owned();
        self.environment.render_str(template, &self.places).with_context(first_line)
    }
}

/// The templates speak of notes, whatever the thing is.
fn places(endpoint: &Endpoint, migration: &str) -> Value {
    let Endpoint { singular, plural, fields } = endpoint;
    let words = singular.replace('_', " ");
    let article = if words.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    context! {
        migration,
        note => singular,
        notes => plural,
        Note => singular.to_upper_camel_case(),
        Notes => plural.to_upper_camel_case(),
        path => endpoint.path(),
        a_note => format!("{article} {words}"),
        note_words => words,
        notes_words => plural.replace('_', " "),
        fields => Value::from(Serde(fields)),
        has_timestamp => endpoint.has("timestamp"),
        has_uuid => endpoint.has("uuid"),
        has_optional => fields.iter().any(|field| field.is_optional),
        has_required => fields.iter().any(|field| !field.is_optional),
    }
}

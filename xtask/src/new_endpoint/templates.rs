//! What stands in the places of the templates.

use anyhow::{Context, Result};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};

use super::endpoint::{Endpoint, Field, Kind};
use super::field_code;
use super::names::capitalized;

/// The templates of one endpoint.
pub(super) struct Templates {
    environment: Environment<'static>,
    places: Value,
}

impl Templates {
    /// With the name of its migration.
    ///
    /// # Errors
    /// When the engine does not take its own settings.
    pub(super) fn new(endpoint: &Endpoint, migration: &str) -> Result<Self> {
        let mut environment = Environment::new();
        let mut syntax = SyntaxConfig::builder();
        // A line that holds only a block of the engine leaves nothing in the file.
        environment.set_syntax(syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        Ok(Self { environment, places: places(endpoint, migration) })
    }

    /// The text of a file.
    ///
    /// # Errors
    /// When the template is not one, or names something that there is not.
    pub(super) fn render(&self, template: &str) -> Result<String> {
        let first_line = || template.lines().next().unwrap_or_default().to_owned();
        self.environment.render_str(template, &self.places).with_context(first_line)
    }
}

/// The templates speak of notes, whatever the thing is.
fn places(endpoint: &Endpoint, migration: &str) -> Value {
    let names = &endpoint.names;
    let example = |field: &Field| format!("\"{}\": {}", field.name, field_code::example(field));
    context! {
        migration,
        note => names.singular.as_str(),
        notes => names.plural.as_str(),
        Note => names.singular_type.as_str(),
        Notes => names.plural_type.as_str(),
        path => names.path.as_str(),
        note_words => names.singular_words(),
        notes_words => names.plural_words(),
        Title => capitalized(&names.plural_words()),
        a_note => names.with_article(),
        A_note => capitalized(&names.with_article()),
        has_timestamp => endpoint.has(Kind::Timestamp),
        has_uuid => endpoint.has(Kind::Uuid),
        has_optional => endpoint.fields.iter().any(|field| field.is_optional),
        has_required => endpoint.fields.iter().any(|field| !field.is_optional),
        example_json => format!("{{{}}}", endpoint.fields.iter().map(example).collect::<Vec<_>>().join(", ")),
        fields => endpoint.fields.iter().map(field_code::places).collect::<Vec<_>>(),
    }
}

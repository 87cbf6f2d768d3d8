//! What is to be generated: a kind of thing with the fields that its owner decides.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail, ensure};

use super::names::{self, Names};

/// Where the command does not say.
const DEFAULT_MAX_LENGTH: usize = 255;

/// A code point has up to four bytes in UTF-8, and a body at most 64 KiB with all that is around its texts.
const MAX_LENGTH_OF_ALL: usize = 15_000;

/// A kind of thing that users keep for themselves, and the fields that they decide.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) names: Names,
    pub(super) fields: Vec<Field>,
}

impl Endpoint {
    /// # Errors
    /// When a name or a field cannot be had, two fields have one name, or the fields do not fit into a body.
    pub(super) fn new(name: &str, plural: Option<&str>, fields: &[String]) -> Result<Self> {
        let names = Names::new(name, plural)?;
        let fields = fields.iter().map(|field| Field::parse(field)).collect::<Result<Vec<_>>>()?;
        ensure!(!fields.is_empty(), "{name} has no field: say --field");
        let mut seen = BTreeSet::from([names.singular.as_str(), names.plural.as_str()]);
        for field in &fields {
            ensure!(seen.insert(&field.name), "the name `{}` is there twice", field.name);
        }
        let length: usize = fields.iter().map(|field| field.max_length).sum();
        ensure!(length <= MAX_LENGTH_OF_ALL, "{length} characters in all strings do not fit into a body of 64 KiB");
        Ok(Self { names, fields })
    }

    /// Whether a field has this kind of value.
    pub(super) fn has(&self, kind: Kind) -> bool {
        self.fields.iter().any(|field| field.kind == kind)
    }
}

/// A field of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether it may be `null` or left out.
    pub(super) is_optional: bool,
    /// The most code points of a text; other values have none.
    pub(super) max_length: usize,
}

/// What values a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A timestamp, to the microsecond.
    Timestamp,
    Uuid,
}

impl Field {
    /// Reads `name:type`, with `?` at the end where there need not be a value.
    ///
    /// # Errors
    /// When it is of another form, or the name cannot be had.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let form =
            || format!("the field `{text}` is not of the form NAME:TYPE, such as title:string:200 or due:timestamp?");
        let (name, kind) = text.split_once(':').with_context(form)?;
        let (kind, is_optional) = kind.strip_suffix('?').map_or((kind, false), |kind| (kind, true));
        names::check_form(name)?;
        ensure!(!names::is_sql_word(name), "the field `{name}` is a word of SQL, and cannot be the name of a column");
        let (kind, max_length) = parse_kind(kind)?;
        Ok(Self { name: name.to_owned(), kind, is_optional, max_length })
    }

    /// The name as words.
    pub(super) fn words(&self) -> String {
        self.name.replace('_', " ")
    }
}

/// The kind and, for a text, the most code points.
fn parse_kind(text: &str) -> Result<(Kind, usize)> {
    match text {
        "string" => Ok((Kind::Text, DEFAULT_MAX_LENGTH)),
        "integer" => Ok((Kind::Integer, 0)),
        "bool" => Ok((Kind::Boolean, 0)),
        "timestamp" => Ok((Kind::Timestamp, 0)),
        "uuid" => Ok((Kind::Uuid, 0)),
        other => {
            let Some(length) = other.strip_prefix("string:") else {
                bail!("`{other}` is no type of a field: there are string, integer, bool, timestamp and uuid");
            };
            let max_length = length.parse().ok().filter(|length| (1..=MAX_LENGTH_OF_ALL).contains(length));
            let bounds = || format!("the most characters of a string are 1 to {MAX_LENGTH_OF_ALL}, not `{length}`");
            Ok((Kind::Text, max_length.with_context(bounds)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_a_name_a_type_and_perhaps_no_value() {
        for (text, name, kind, max_length, is_optional) in [
            ("title:string", "title", Kind::Text, 255, false),
            ("title:string:7?", "title", Kind::Text, 7, true),
            ("due_at:timestamp?", "due_at", Kind::Timestamp, 0, true),
        ] {
            let expected = Field { name: name.to_owned(), kind, is_optional, max_length };
            assert_eq!(Field::parse(text).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_no_field_is_refused_and_so_are_fields_that_do_not_fit_together() {
        let faulty = "title Title:string title:text title:string:0 title:string:15001 title:string:x select:bool \
                      title:string?? a-b:bool :bool";
        for text in faulty.split(' ') {
            assert!(Field::parse(text).is_err(), "{text}");
        }
        for fields in ["title:string title:bool", "note:string", "one:string:8000 other:string:8000"] {
            let fields: Vec<_> = fields.split(' ').map(str::to_owned).collect();
            assert!(Endpoint::new("note", None, &fields).is_err(), "{fields:?}");
        }
    }
}

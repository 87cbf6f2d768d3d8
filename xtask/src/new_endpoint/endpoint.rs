//! What is to be generated: a kind of thing with the fields that its owner decides.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::matching;

/// Words that PostgreSQL 17 (appendix C, "reserved") or SQLite ("SQLite Keywords") does not take as the name of a table
/// or column without quotes, and those of the query builder's own. A name that Rust has already shows when the
/// generated code is compiled, right after it is written; one of these would show in tests alone.
const SQL_WORDS: &str = include_str!("sql_words.txt");

/// `PostgreSQL` cuts names after 63 bytes, and those of indexes have some words more.
const MAX_NAME_LENGTH: usize = 32;

const KINDS: [&str; 5] = ["string", "integer", "bool", "timestamp", "uuid"];

/// Where the command does not say.
const DEFAULT_MAX_LENGTH: usize = 255;

/// A code point has up to four bytes in UTF-8, and a body at most 64 KiB with all that is around its texts.
const MAX_LENGTH_OF_ALL: usize = 15_000;

/// A kind of thing that users keep for themselves, and the fields that they decide.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// `project_note`
    pub(super) singular: String,
    /// `project_notes`: the table and the modules.
    pub(super) plural: String,
    pub(super) fields: Vec<Field>,
}

impl Endpoint {
    /// Refuses names and fields that cannot be had, two fields of one name, and fields that do not fit into a body.
    pub(super) fn new(singular: &str, plural: Option<&str>, fields: &[String]) -> Result<Self> {
        let plural = plural.map_or_else(|| format!("{singular}s"), str::to_owned);
        check_form(singular)?;
        check_form(&plural)?;
        ensure!(!is_sql_word(&plural), "`{plural}` is a word of SQL, and cannot be the name of a table");
        ensure!(singular != plural, "one and several need different names: say --plural");
        let fields = fields.iter().map(|field| Field::parse(field)).collect::<Result<Vec<_>>>()?;
        ensure!(!fields.is_empty(), "{singular} has no field: say --field");
        let mut seen = BTreeSet::from([singular, &plural]);
        for field in &fields {
            ensure!(seen.insert(&field.name), "the name `{}` is there twice", field.name);
        }
        let length: usize = fields.iter().map(|field| field.max_length).sum();
        ensure!(length <= MAX_LENGTH_OF_ALL, "{length} characters in all strings do not fit into a body of 64 KiB");
        Ok(Self { singular: singular.to_owned(), plural, fields })
    }

    /// `project-notes`, as in the path of the routes.
    pub(super) fn path(&self) -> String {
        self.plural.replace('_', "-")
    }

    /// Whether a field has this kind of value.
    pub(super) fn has(&self, kind: &str) -> bool {
        self.fields.iter().any(|field| field.kind == kind)
    }
}

/// A field of the body, as the templates take it.
#[derive(Debug, Serialize)]
pub(super) struct Field {
    name: String,
    /// One of [`KINDS`].
    kind: String,
    /// Whether it may be `null` or left out.
    pub(super) is_optional: bool,
    /// The most code points of a string; other values have none.
    max_length: usize,
}

impl Field {
    /// Reads `name:type`, with `?` at the end where there need not be a value.
    fn parse(text: &str) -> Result<Self> {
        let form =
            || format!("the field `{text}` is not of the form NAME:TYPE, such as title:string:200 or due:timestamp?");
        let (name, value) = text.split_once(':').with_context(form)?;
        check_form(name)?;
        ensure!(!is_sql_word(name), "the field `{name}` is a word of SQL, and cannot be the name of a column");
        let (value, is_optional) = value.strip_suffix('?').map_or((value, false), |value| (value, true));
        let (kind, max_length) = match value.strip_prefix("string:") {
            Some(length) => ("string", parse_length(length)?),
            None => (value, if value == "string" { DEFAULT_MAX_LENGTH } else { 0 }),
        };
        let kinds = "string, integer, bool, timestamp and uuid";
        ensure!(KINDS.contains(&kind), "`{kind}` is no type of a field: there are {kinds}");
        Ok(Self { name: name.to_owned(), kind: kind.to_owned(), is_optional, max_length })
    }
}

fn parse_length(text: &str) -> Result<usize> {
    let length = text.parse().ok().filter(|length| (1..=MAX_LENGTH_OF_ALL).contains(length));
    length.with_context(|| format!("the most characters of a string are 1 to {MAX_LENGTH_OF_ALL}, not `{text}`"))
}

/// A name is lower-case words of letters and digits with single `_` between them.
fn check_form(name: &str) -> Result<()> {
    ensure!(name.len() <= MAX_NAME_LENGTH, "`{name}` has more than {MAX_NAME_LENGTH} letters");
    let is_snake_case = matching::find("^([a-z][a-z0-9]*(?:_[a-z][a-z0-9]*)*)$", name).is_some();
    ensure!(is_snake_case, "`{name}` is not in snake_case, such as project_note");
    Ok(())
}

/// Whether it cannot be the name of a table or a column.
fn is_sql_word(name: &str) -> bool {
    SQL_WORDS.split_whitespace().any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(singular: &str, plural: Option<&str>, fields: &str) -> Result<Endpoint> {
        Endpoint::new(singular, plural, &fields.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn fields_that_cannot_be_had_or_do_not_fit_together_are_refused() {
        let faulty = "title,Title:string,title:text,title:string:0,title:string:15001,title:string:x,select:bool,\
                      title:string??,a-b:bool,:bool,title:string title:bool,note:string,\
                      one:string:8000 other:string:8000";
        for fields in faulty.split(',') {
            assert!(endpoint("note", None, fields).is_err(), "{fields}");
        }
    }

    #[test]
    fn a_name_that_cannot_be_had_is_refused() {
        assert_eq!(endpoint("person", Some("people"), "title:string?").unwrap().plural, "people");
        for name in ["", "Note", "note-book", "note__book", "_note", "note_", "7note", "note/../x", "nöte"] {
            assert!(endpoint(name, None, "title:string").is_err(), "{name}");
        }
        for (one, several) in [("note", "select"), ("sheep", "sheep"), (&*"x".repeat(33), "y")] {
            assert!(endpoint(one, Some(several), "title:string").is_err(), "{one}");
        }
    }
}

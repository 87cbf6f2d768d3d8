//! The fields that the owner of a thing decides.

use anyhow::{Context, Result, bail, ensure};

use super::{names, reserved};

/// The default maximum length of a string.
const DEFAULT_MAX_LENGTH: usize = 255;

/// A code point has up to four bytes in UTF-8, and a body at most 64 KiB with all that is around its texts.
pub(super) const MAX_LENGTH_OF_ALL: usize = 15_000;

/// A field of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether it may be `null` or left out.
    pub(super) is_optional: bool,
}

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text of at most so many code points.
    Text {
        max_length: usize,
    },
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
        ensure!(!reserved::is_rust_keyword(name), "the field `{name}` is a word of Rust");
        ensure!(
            !reserved::is_sql_word(name),
            "the field `{name}` is a word of SQL, and cannot be the name of a column"
        );
        ensure!(!reserved::IN_TEMPLATES.contains(&name), "the field `{name}` has a meaning in every endpoint");
        Ok(Self { name: name.to_owned(), kind: Kind::parse(kind)?, is_optional })
    }
}

impl Kind {
    fn parse(text: &str) -> Result<Self> {
        match text {
            "string" => Ok(Self::Text { max_length: DEFAULT_MAX_LENGTH }),
            "integer" => Ok(Self::Integer),
            "bool" => Ok(Self::Boolean),
            "timestamp" => Ok(Self::Timestamp),
            "uuid" => Ok(Self::Uuid),
            other => {
                let Some(length) = other.strip_prefix("string:") else {
                    bail!("`{other}` is no type of a field: there are string, integer, bool, timestamp and uuid");
                };
                let max_length = length.parse().ok().filter(|length| (1..=MAX_LENGTH_OF_ALL).contains(length));
                let bounds = || format!("the most characters of a string are 1 to {MAX_LENGTH_OF_ALL}, not `{length}`");
                Ok(Self::Text { max_length: max_length.with_context(bounds)? })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, kind: Kind, is_optional: bool) -> Field {
        Field { name: name.to_owned(), kind, is_optional }
    }

    #[test]
    fn a_field_has_a_name_a_type_and_perhaps_no_value() {
        let parsed = |text| Field::parse(text).unwrap();
        assert_eq!(parsed("title:string"), field("title", Kind::Text { max_length: 255 }, false));
        assert_eq!(parsed("title:string:7?"), field("title", Kind::Text { max_length: 7 }, true));
        assert_eq!(parsed("due_at:timestamp?"), field("due_at", Kind::Timestamp, true));
        assert_eq!(parsed("done:bool"), field("done", Kind::Boolean, false));
        assert_eq!(parsed("count:integer"), field("count", Kind::Integer, false));
        assert_eq!(parsed("batch:uuid"), field("batch", Kind::Uuid, false));
        assert_eq!(parsed("value:bool").name, "value");
    }

    #[test]
    fn what_is_no_field_is_refused() {
        for text in [
            "title",
            "Title:string",
            "title:text",
            "title:string:0",
            "title:string:15001",
            "title:string:x",
            "id:integer",
            "user_id:integer",
            "created_at:timestamp",
            "type:string",
            "select:bool",
            "title:string??",
            "a-b:bool",
            ":bool",
        ] {
            assert!(Field::parse(text).is_err(), "{text}");
        }
    }
}

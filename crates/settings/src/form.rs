//! How the value of a setting is written, and what is read from it.

use std::fmt::Display;
use std::str::FromStr;

/// How the value of a setting is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// A whole number from the first to the second, both included, and its name with an article.
    Number(u64, u64, &'static str),
    /// Seconds, also a fraction of one, from a tenth to this many.
    Seconds(u32),
    /// One of these words; first their common name with an article.
    Choice(&'static str, &'static [&'static str]),
    /// A text of this kind, such as `site-url`. The reference of the settings describes each kind.
    Text(&'static str),
    /// A text of this kind that is a secret: never shown, never trimmed, also taken from the file that
    /// `BACKEND_<NAME>_FILE` names.
    Secret(&'static str),
}

/// How a value is written, together with the function that reads it. That is asked for numbers in their range alone.
pub(super) struct Form<T> {
    pub(super) value_type: ValueType,
    pub(super) parse: fn(&str) -> Result<T, Rejected>,
}

impl<T> Form<T> {
    pub(super) fn read(&self, text: &str) -> Result<T, Rejected> {
        let is_in_range = match self.value_type {
            ValueType::Number(least, most, _) => text.parse().is_ok_and(|number| (least..=most).contains(&number)),
            ValueType::Seconds(most) => text.parse().is_ok_and(|seconds| (0.1..=f64::from(most)).contains(&seconds)),
            _ => true,
        };
        let value = if is_in_range { (self.parse)(text) } else { Err("is out of range".into()) };
        value.map_err(|rejected| match self.value_type {
            ValueType::Number(least, most, what) => format!("is not {what} ({least} to {most})").into(),
            ValueType::Seconds(most) => format!("is not a number of seconds (0.1 to {most})").into(),
            ValueType::Choice(what, [words @ .., last]) => {
                format!("is not {what} ({} or {last})", words.join(", ")).into()
            }
            _ => rejected,
        })
    }
}

pub(super) const fn text<T>(kind: &'static str, parse: fn(&str) -> Result<T, Rejected>) -> Form<T> {
    Form { value_type: ValueType::Text(kind), parse }
}

pub(super) const fn secret<T>(kind: &'static str, parse: fn(&str) -> Result<T, Rejected>) -> Form<T> {
    Form { value_type: ValueType::Secret(kind), parse }
}

/// The form of a type that reads itself. Its error is the end of a sentence that begins with the value.
pub(super) const fn parsed<T: FromStr<Err: Display>>(value_type: ValueType) -> Form<T> {
    Form { value_type, parse: |text| Ok(text.parse()?) }
}

/// What the field of a setting holds: one value of its form, perhaps one, or a list.
pub(super) trait Field<T>: Sized {
    fn read(text: &str, parse: impl Fn(&str) -> Result<T, Rejected>) -> Result<Self, Rejected>;
}

impl<T> Field<T> for T {
    fn read(text: &str, parse: impl Fn(&str) -> Result<T, Rejected>) -> Result<Self, Rejected> {
        parse(text)
    }
}

impl<T> Field<T> for Option<T> {
    fn read(text: &str, parse: impl Fn(&str) -> Result<T, Rejected>) -> Result<Self, Rejected> {
        if text.is_empty() { Ok(None) } else { parse(text).map(Some) }
    }
}

impl<T> Field<T> for Vec<T> {
    fn read(text: &str, parse: impl Fn(&str) -> Result<T, Rejected>) -> Result<Self, Rejected> {
        let parse = |item: &String| parse(item.trim()).map_err(|rejected| rejected.of_part(item.trim()));
        items(text)?.iter().map(parse).collect()
    }
}

/// The items of a list: a JSON array of strings, or items separated by commas. An empty text is an empty list.
pub(super) fn items(text: &str) -> Result<Vec<String>, Rejected> {
    match text {
        "" => Ok(Vec::new()),
        _ if text.starts_with('[') => Ok(serde_json::from_str(text).map_err(|_| "is not a JSON array of strings")?),
        _ => Ok(text.split(',').map(str::to_owned).collect()),
    }
}

/// Why a text is not a value of its setting.
#[derive(Debug)]
pub(super) struct Rejected {
    /// The end of a sentence that begins with the value, such as `is not a port (0 to 65535)`.
    pub(super) reason: String,
    /// The part that is wrong, when it is not the whole text.
    pub(super) part: Option<String>,
    /// Whether the reason is a whole sentence.
    pub(super) is_sentence: bool,
    /// A better example than that of the declaration.
    pub(super) example: Option<&'static str>,
}

impl Rejected {
    /// The same, unless a part is known already.
    pub(super) fn of_part(self, part: &str) -> Self {
        Self { part: self.part.or_else(|| Some(part.to_owned())), ..self }
    }
}

/// A reason alone, as `?` finds it in an error.
impl<Reason: Display> From<Reason> for Rejected {
    fn from(reason: Reason) -> Self {
        Self { reason: reason.to_string(), part: None, is_sentence: false, example: None }
    }
}

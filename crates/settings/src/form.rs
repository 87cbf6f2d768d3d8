//! How the value of a setting is written, and what is read from it.

use serde_json::from_str;

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

/// How a value is written, together with the function that reads it.
pub(super) struct Form<T> {
    pub(super) value_type: ValueType,
    pub(super) parse: fn(&str, ValueType) -> Result<T, Rejected>,
}

pub(super) const fn text<T>(kind: &'static str, parse: fn(&str, ValueType) -> Result<T, Rejected>) -> Form<T> {
    Form { value_type: ValueType::Text(kind), parse }
}

pub(super) const fn secret<T>(kind: &'static str, parse: fn(&str, ValueType) -> Result<T, Rejected>) -> Form<T> {
    Form { value_type: ValueType::Secret(kind), parse }
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
    /// Takes a JSON array of strings, or items separated by commas. An empty text is an empty list.
    fn read(text: &str, parse: impl Fn(&str) -> Result<T, Rejected>) -> Result<Self, Rejected> {
        let items: Vec<String> = if text.starts_with('[') {
            from_str(text).map_err(|_| Rejected::new("is not a JSON array of strings"))?
        } else if text.is_empty() {
            Vec::new()
        } else {
            text.split(',').map(str::to_owned).collect()
        };
        items.iter().map(|item| parse(item.trim()).map_err(|rejected| rejected.of_part(item.trim()))).collect()
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
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), part: None, is_sentence: false, example: None }
    }

    /// The same, unless a part is known already.
    pub(super) fn of_part(self, part: &str) -> Self {
        Self { part: self.part.or_else(|| Some(part.to_owned())), ..self }
    }
}

/// Declares an enumeration with a word for each value. Text is made of the values, and values of the text, by these
/// words.
macro_rules! words {
    ($(#[$attribute:meta])* $name:ident { $($(#[$meaning:meta])* $value:ident = $word:literal,)+ }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$meaning])* $value,)+ }

        impl $name {
            /// The words, in the order of the declaration.
            pub const WORDS: &'static [&'static str] = &[$($word),+];
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(match self { $(Self::$value => $word),+ })
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();

            /// Takes the words exactly: `prod` never means an environment.
            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($word => Ok(Self::$value),)+ _ => Err(()) }
            }
        }
    };
}

pub(super) use words;

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn list(text: &str) -> Result<Vec<String>, Rejected> {
        Field::read(text, |item| Ok::<String, Rejected>(item.to_owned()))
    }

    #[rstest]
    #[case("", &[])]
    #[case("[]", &[])]
    #[case("a, b", &["a", "b"])]
    #[case(r#"[ "a" , "b" ]"#, &["a", "b"])]
    #[case("a,", &["a", ""])]
    fn a_list_is_json_or_separated_by_commas(#[case] text: &str, #[case] items: &[&str]) {
        assert_eq!(list(text).unwrap(), items);
    }

    #[rstest]
    #[case(r#"["a""#)]
    #[case("[1]")]
    #[case("[a]")]
    fn a_broken_json_array_is_not_taken_for_text(#[case] text: &str) {
        assert!(list(text).is_err());
    }
}

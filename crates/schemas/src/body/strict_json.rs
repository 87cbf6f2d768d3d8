use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use zeroize::Zeroizing;

/// The deepest nesting of arrays and objects.
const MAX_DEPTH: usize = 64;

/// Why a text is not JSON that every reader understands alike (RFC 8259; RFC 7493 for doubled names).
///
/// Says where, never what: the text may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not valid JSON at line {line}, column {column}")]
pub struct JsonFault {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in bytes.
    pub column: usize,
}

/// What a body may consist of. Its texts are wiped when dropped, also when the rest turns out not to be JSON: one of them
/// may be a password.
pub(super) enum Json {
    Null,
    Boolean(bool),
    Number(Number),
    Text(Zeroizing<String>),
    Array(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// The same for those who read it by other rules. It is not wiped: no secret comes so.
    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(boolean) => boolean.into(),
            Self::Number(number) => number.into(),
            Self::Text(text) => text.as_str().into(),
            Self::Array(items) => items.into_iter().map(Self::into_value).collect(),
            Self::Object(object) => object.into_iter().map(|(name, value)| (name, value.into_value())).collect(),
        }
    }
}

pub(super) fn parse(bytes: &[u8]) -> Result<Json, JsonFault> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: 0 }.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| JsonFault { line: error.line(), column: error.column() })
}

/// Reads as `serde_json` does, but refuses doubled names, of which it silently keeps the last, and deep nests.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn inner<E: Error>(self) -> Result<Self, E> {
        if self.depth < MAX_DEPTH { Ok(Self { depth: self.depth + 1 }) } else { Err(E::custom("nested too deep")) }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(Zeroizing::new(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(Zeroizing::new(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let inner = self.inner()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            array.push(item);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let inner = self.inner()?;
        let mut object = BTreeMap::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("doubled name"));
            }
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use zeroize::ZeroizeOnDrop;

    use super::*;

    fn nested(depth: usize) -> String {
        format!("{}{}", "[".repeat(depth), "]".repeat(depth))
    }

    #[rstest]
    #[case::doubled_name(r#"{"a":1,"a":2}"#)]
    #[case::doubled_name_deep_inside(r#"{"x":[{"a":1,"\u0061":2}]}"#)]
    #[case::empty("")]
    #[case::trailing_text("{} x")]
    #[case::trailing_comma(r#"{"a":1,}"#)]
    #[case::single_quotes("{'a':1}")]
    #[case::not_a_number("NaN")]
    #[case::number_out_of_range("1e999")]
    #[case::lone_surrogate(r#""\ud800""#)]
    #[case::byte_order_mark("\u{feff}{}")]
    #[case::nested_too_deep(&nested(65))]
    #[case::nested_very_deep(&nested(5000))]
    fn what_readers_understand_differently_is_refused(#[case] text: &str) {
        assert!(parse(text.as_bytes()).is_err());
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_refused() {
        assert!(parse(b"\"\xff\"").is_err());
    }

    #[test]
    fn the_deepest_accepted_nesting_is_64() {
        assert!(parse(nested(64).as_bytes()).is_ok());
    }

    #[test]
    fn a_text_is_wiped_when_dropped() {
        fn is_wiped_on_drop(_: &impl ZeroizeOnDrop) {}

        let Ok(Json::Text(text)) = parse(br#""correct horse""#) else { panic!("not a text") };
        is_wiped_on_drop(&text);
    }

    proptest! {
        #[test]
        fn what_serde_json_writes_is_read_as_it_was(text in "\\PC{0,20}", number in any::<i64>(), flag in any::<bool>()) {
            let value = serde_json::json!({"text": text, "object": {"number": number, "flag": flag}, "null": null, "list": [number, [flag]]});
            prop_assert_eq!(parse(value.to_string().as_bytes()).map(Json::into_value), Ok(value));
        }
    }
}

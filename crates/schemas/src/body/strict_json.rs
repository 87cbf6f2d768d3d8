use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

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

pub(super) fn parse(bytes: &[u8]) -> Result<Value, JsonFault> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: 0 }.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| JsonFault { line: error.line(), column: error.column() })
}

/// Builds a value as `serde_json` does, but refuses doubled names, of which it silently keeps the last, and deep nests.
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
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("doubled name"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

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

    proptest! {
        #[test]
        fn what_serde_json_writes_is_read_as_it_was(text in "\\PC{0,20}", number in any::<i64>(), flag in any::<bool>()) {
            let value = serde_json::json!({"text": text, "list": [number, flag, Value::Null], "object": {}});
            prop_assert_eq!(parse(value.to_string().as_bytes()), Ok(value));
        }
    }
}

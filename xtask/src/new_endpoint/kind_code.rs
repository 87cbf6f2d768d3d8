//! How a kind of value is written in each place.

use super::field::{Field, Kind};
use super::names::capitalized;

const MOMENT: &str = "2026-11-22T10:34:31.656895Z";
const UUID: &str = "01a2041e-213a-73b5-8e99-f9bd446c72db";
const UUID_NUMBER: &str = "0x01a2_041e_213a_73b5_8e99_f9bd_446c_72db";

/// The code of a required field of a type, in each layer.
pub(super) struct KindCode {
    pub(super) english: String,
    pub(super) chinese: String,
    pub(super) domain: &'static str,
    pub(super) response: &'static str,
    pub(super) read: &'static str,
    pub(super) write: &'static str,
    pub(super) diesel: &'static str,
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
    /// The name of the method of `Fields`.
    pub(super) reader: &'static str,
    /// The attributes in the OpenAPI schema beside the type.
    pub(super) schema: String,
    pub(super) sample: String,
    pub(super) json_sample: String,
    pub(super) example_value: String,
    pub(super) example: String,
    pub(super) faulty_json: String,
    pub(super) faulty_code: &'static str,
}

impl KindCode {
    pub(super) fn of(field: &Field) -> Self {
        match field.kind {
            Kind::Text { max_length } => Self::text(field, max_length),
            Kind::Integer => Self::integer(),
            Kind::Boolean => Self::boolean(),
            Kind::Timestamp => Self::timestamp(),
            Kind::Uuid => Self::uuid(),
        }
    }

    fn text(field: &Field, max_length: usize) -> Self {
        let words = field.name.replace('_', " ");
        // A number of two digits and a space may stand before the words.
        let has_room = words.len() + 3 <= max_length;
        let sample =
            if has_room { format!("format!(\"{{number}} {words}\")") } else { "(number % 10).to_string()".into() };
        let example: String = capitalized(&words).chars().take(max_length).collect();
        Self {
            english: format!("string of at most {max_length} characters"),
            chinese: format!("字符串，最多{max_length}个字符"),
            domain: "String",
            response: "String",
            read: "String",
            write: "String",
            diesel: "Text",
            sqlite: "VARCHAR",
            postgres: "VARCHAR",
            reader: "text",
            schema: format!("max_length = {max_length}"),
            json_sample: sample.clone(),
            sample,
            example_value: format!("\"{example}\".to_owned()"),
            example: format!("\"{example}\""),
            faulty_json: format!("\"x\".repeat({})", max_length + 1),
            faulty_code: "string_too_long",
        }
    }

    fn integer() -> Self {
        Self {
            english: "integer of 64 bits".to_owned(),
            chinese: "64位整数".to_owned(),
            domain: "i64",
            response: "i64",
            read: "i64",
            write: "i64",
            diesel: "BigInt",
            sqlite: "BIGINT",
            postgres: "BIGINT",
            reader: "integer",
            schema: String::new(),
            sample: "number".to_owned(),
            json_sample: "number".to_owned(),
            example_value: "7".to_owned(),
            example: "7".to_owned(),
            faulty_json: "\"x\"".to_owned(),
            faulty_code: "integer_type",
        }
    }

    fn boolean() -> Self {
        Self {
            english: "`true` or `false`".to_owned(),
            chinese: "`true` 或 `false`".to_owned(),
            domain: "bool",
            response: "bool",
            read: "bool",
            write: "bool",
            diesel: "Bool",
            sqlite: "BOOLEAN",
            postgres: "BOOLEAN",
            reader: "boolean",
            schema: String::new(),
            sample: "number == 1".to_owned(),
            json_sample: "number == 1".to_owned(),
            example_value: "true".to_owned(),
            example: "true".to_owned(),
            faulty_json: "0".to_owned(),
            faulty_code: "boolean_type",
        }
    }

    fn timestamp() -> Self {
        Self {
            english: "date and time (RFC 3339), kept to the microsecond".to_owned(),
            chinese: "日期时间（RFC 3339），精确到微秒".to_owned(),
            domain: "Timestamp",
            response: "String",
            read: "NaiveDateTime",
            write: "StoredTimestamp",
            diesel: "Timestamp",
            sqlite: "DATETIME",
            postgres: "TIMESTAMP WITHOUT TIME ZONE",
            reader: "timestamp",
            schema: "format = DateTime".to_owned(),
            sample: "FixedClock::default().now() + TimeDelta::hours(number)".to_owned(),
            json_sample: "format!(\"2026-11-22T10:34:{number:02}.656895Z\")".to_owned(),
            example_value: "ExampleContext::timestamp()".to_owned(),
            example: format!("\"{MOMENT}\""),
            faulty_json: "\"2026-11-22\"".to_owned(),
            faulty_code: "timestamp_invalid",
        }
    }

    fn uuid() -> Self {
        Self {
            english: "UUID".to_owned(),
            chinese: "UUID".to_owned(),
            domain: "Uuid",
            response: "String",
            read: "StoredUuid",
            write: "StoredUuid",
            diesel: "Text",
            sqlite: "VARCHAR",
            postgres: "VARCHAR",
            reader: "uuid",
            schema: "format = \"uuid\"".to_owned(),
            sample: "Uuid::from_u128(number.unsigned_abs().into())".to_owned(),
            json_sample: "format!(\"01a2041e-213a-73b5-8e99-{number:012}\")".to_owned(),
            example_value: format!("Uuid::from_u128({UUID_NUMBER})"),
            example: format!("\"{UUID}\""),
            faulty_json: "\"x\"".to_owned(),
            faulty_code: "uuid_invalid",
        }
    }
}

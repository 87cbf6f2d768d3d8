//! How a field is written in each place.

use minijinja::context;
use minijinja::value::Value;

use super::endpoint::{Field, Kind};
use super::names::capitalized;

/// A field as the templates take it.
pub(super) fn places(field: &Field) -> Value {
    let Field { name, kind, is_optional, max_length } = field;
    // Lists are in the order of `Kind`: string, integer, bool, timestamp, UUID.
    let pick = |of: [&str; 5]| of[*kind as usize].to_owned();
    let either = |required: [&str; 5], optional: [&str; 5]| pick(if *is_optional { optional } else { required });
    let optional = |of| if *is_optional { format!("Option<{}>", pick(of)) } else { pick(of) };
    let column = |of| if *is_optional { pick(of) } else { format!("{} NOT NULL", pick(of)) };
    let diesel = pick(["Text", "BigInt", "Bool", "Timestamp", "Text"]);
    let text = text_sample(field);
    let value = [
        text.as_str(),
        "number",
        "number == 1",
        "FixedClock::default().now() + TimeDelta::hours(number)",
        "Uuid::from_u128(number.unsigned_abs().into())",
    ];
    let json_value = [
        value[0],
        value[1],
        value[2],
        "format!(\"2026-11-22T10:34:{number:02}.656895Z\")",
        "format!(\"01a2041e-213a-73b5-8e99-{number:012}\")",
    ];
    let schema = pick([&format!("max_length = {max_length}"), "", "", "format = DateTime", "format = \"uuid\""]);
    let value_type = either(
        ["", "", "", "value_type = String", "value_type = String"],
        ["", "", "", "value_type = Option<String>", "value_type = Option<String>"],
    );
    let example = format!("example = {}", example(field));
    let example_value = pick([
        &format!("{}.to_owned()", self::example(field)),
        "7",
        "true",
        "ExampleContext::timestamp()",
        "Uuid::from_u128(0x01a2_041e_213a_73b5_8e99_f9bd_446c_72db)",
    ]);
    context! {
        name => name.as_str(),
        is_optional => *is_optional,
        documentation => documentation(field),
        english_type => pick([
            &format!("string of at most {max_length} characters"),
            "integer of 64 bits",
            "`true` or `false`",
            "date and time (RFC 3339), kept to the microsecond",
            "UUID",
        ]),
        chinese_type => pick([
            &format!("字符串，最多{max_length}个字符"),
            "64位整数",
            "`true` 或 `false`",
            "日期时间（RFC 3339），精确到微秒",
            "UUID",
        ]),
        // In the domain and in requests, in answers, in rows that are read, and in rows that are written.
        domain_type => optional(["String", "i64", "bool", "Timestamp", "Uuid"]),
        response_type => optional(["String", "i64", "bool", "String", "String"]),
        read_type => optional(["String", "i64", "bool", "NaiveDateTime", "StoredUuid"]),
        write_type => optional(["String", "i64", "bool", "StoredTimestamp", "StoredUuid"]),
        diesel_type => if *is_optional { format!("Nullable<{diesel}>") } else { diesel },
        sqlite_type => column(["VARCHAR", "BIGINT", "BOOLEAN", "DATETIME", "VARCHAR"]),
        postgres_type => column(["VARCHAR", "BIGINT", "BOOLEAN", "TIMESTAMP WITHOUT TIME ZONE", "VARCHAR"]),
        from_row => format!("row.{name}{}", either(
            ["", "", "", ".and_utc()", ".into()"],
            ["", "", "", ".map(|timestamp| timestamp.and_utc())", ".map(Into::into)"],
        )),
        to_row => format!("content.{name}{}", either(
            ["", "", "", ".into()", ".into()"],
            ["", "", "", ".map(Into::into)", ".map(Into::into)"],
        )),
        to_response => format!("{name}: {}", to_response(field)),
        decode => decode(field, &pick(["text", "integer", "boolean", "timestamp", "uuid"])),
        request_schema => attributes(&[&value_type, &schema, &example]),
        response_schema => attributes(&[if *is_optional { "required = true" } else { "" }, &schema, &example]),
        // Values that are made of `number`, and that of the examples: as the domain and as JSON has them.
        sample => member(name, &perhaps(field, &pick(value))),
        json_sample => perhaps(field, &pick(json_value)),
        example_value => if *is_optional { format!("Some({example_value})") } else { example_value },
        faulty_json => pick([&format!("\"x\".repeat({})", max_length + 1), "\"x\"", "0", "\"2026-11-22\"", "\"x\""]),
        faulty_code => pick([
            "string_too_long",
            "integer_type",
            "boolean_type",
            "timestamp_invalid",
            "uuid_invalid",
        ]),
    }
}

/// The value of the examples as JSON has it.
pub(super) fn example(field: &Field) -> String {
    match field.kind {
        Kind::Text => {
            let text: String = capitalized(&field.words()).chars().take(field.max_length).collect();
            format!("\"{text}\"")
        }
        Kind::Integer => "7".to_owned(),
        Kind::Boolean => "true".to_owned(),
        Kind::Timestamp => "\"2026-11-22T10:34:31.656895Z\"".to_owned(),
        Kind::Uuid => "\"01a2041e-213a-73b5-8e99-f9bd446c72db\"".to_owned(),
    }
}

fn to_response(Field { name, kind, is_optional, .. }: &Field) -> String {
    match (kind, is_optional) {
        (Kind::Timestamp, false) => format!("Rfc3339(content.{name}).to_string()"),
        (Kind::Timestamp, true) => format!("content.{name}.map(|timestamp| Rfc3339(timestamp).to_string())"),
        (Kind::Uuid, false) => format!("content.{name}.to_string()"),
        (Kind::Uuid, true) => format!("content.{name}.map(|uuid| uuid.to_string())"),
        _ => format!("content.{name}"),
    }
}

/// Reads the value from the body.
fn decode(Field { name, kind, is_optional, max_length }: &Field, reader: &str) -> String {
    match (kind, is_optional) {
        (Kind::Text, false) => format!("fields.text(\"{name}\", {max_length})"),
        (Kind::Text, true) => format!("fields.optional(\"{name}\", |fields, name| fields.text(name, {max_length}))"),
        (_, false) => format!("fields.{reader}(\"{name}\")"),
        (_, true) => format!("fields.optional(\"{name}\", Fields::{reader})"),
    }
}

/// A number of two digits and a space may stand before the words.
fn text_sample(field: &Field) -> String {
    let words = field.words();
    let has_room = words.len() + 3 <= field.max_length;
    if has_room { format!("format!(\"{{number}} {words}\")") } else { "(number % 10).to_string()".to_owned() }
}

fn documentation(field: &Field) -> String {
    let words = field.words();
    let subject = match field.kind {
        Kind::Text => format!("The {words}, at most {} characters", field.max_length),
        Kind::Boolean => format!("Whether it is {words}"),
        Kind::Timestamp if words.ends_with(" at") => format!("When it is {}", words.trim_end_matches(" at")),
        Kind::Integer | Kind::Timestamp | Kind::Uuid => format!("The {words}"),
    };
    match (field.is_optional, subject.starts_with("The ")) {
        (false, _) => format!("{subject}."),
        (true, true) => format!("{subject}, if there is one."),
        (true, false) => format!("{subject}, where that is known."),
    }
}

fn attributes(attributes: &[&str]) -> String {
    attributes.iter().copied().filter(|attribute| !attribute.is_empty()).collect::<Vec<_>>().join(", ")
}

/// A field of a struct with its value; clippy wants no name twice.
fn member(name: &str, value: &str) -> String {
    if name == value { name.to_owned() } else { format!("{name}: {value}") }
}

/// Of a field that need not have a value, every second has one.
fn perhaps(field: &Field, value: &str) -> String {
    match (field.is_optional, field.kind) {
        (false, _) => value.to_owned(),
        (true, Kind::Integer | Kind::Boolean) => format!("(number % 2 == 1).then_some({value})"),
        (true, _) => format!("(number % 2 == 1).then(|| {value})"),
    }
}

//! How a field is written in each place.

use serde::Serialize;

use super::field::{Field, Kind};
use super::kind_code::KindCode;

/// A field as the templates take it.
#[derive(Debug, Serialize)]
pub(super) struct FieldCode {
    name: String,
    is_optional: bool,
    documentation: String,
    english_type: String,
    chinese_type: String,
    /// In the domain and in requests.
    domain_type: String,
    /// In answers.
    response_type: String,
    /// In rows that are read.
    read_type: String,
    /// In rows that are written.
    write_type: String,
    /// In the query builder's schema.
    diesel_type: String,
    sqlite_type: String,
    postgres_type: String,
    from_row: String,
    to_row: String,
    to_response: String,
    /// Reads it from the body.
    decode: String,
    request_schema: String,
    response_schema: String,
    /// With a value made of `number`, as the domain has it.
    sample: String,
    /// The same as JSON has it.
    json_sample: String,
    /// The value of the examples, as the domain has it.
    example_value: String,
    /// The same as JSON has it.
    example: String,
    faulty_json: String,
    faulty_code: &'static str,
}

impl FieldCode {
    pub(super) fn of(field: &Field) -> Self {
        let Field { name, kind, is_optional } = field;
        let code = KindCode::of(field);
        let optional = |required: &str| if *is_optional { format!("Option<{required}>") } else { required.to_owned() };
        let column = |sql: &str| if *is_optional { sql.to_owned() } else { format!("{sql} NOT NULL") };
        Self {
            documentation: documentation(field),
            domain_type: optional(code.domain),
            response_type: optional(code.response),
            read_type: optional(code.read),
            write_type: optional(code.write),
            diesel_type: if *is_optional { format!("Nullable<{}>", code.diesel) } else { code.diesel.to_owned() },
            sqlite_type: column(code.sqlite),
            postgres_type: column(code.postgres),
            from_row: from_row(field),
            to_row: to_row(field),
            to_response: to_response(field),
            decode: decode(field, code.reader),
            request_schema: request_schema(field, &code),
            response_schema: response_schema(field, &code),
            sample: member(name, &perhaps(*is_optional, *kind, &code.sample)),
            json_sample: perhaps(*is_optional, *kind, &code.json_sample),
            example_value: if *is_optional { format!("Some({})", code.example_value) } else { code.example_value },
            name: name.clone(),
            is_optional: *is_optional,
            english_type: code.english,
            chinese_type: code.chinese,
            example: code.example,
            faulty_json: code.faulty_json,
            faulty_code: code.faulty_code,
        }
    }

    /// `"name": value`
    pub(super) fn json_member(&self) -> String {
        format!("\"{}\": {}", self.name, self.example)
    }
}

fn documentation(field: &Field) -> String {
    let words = field.name.replace('_', " ");
    let subject = match field.kind {
        Kind::Text { max_length } => format!("The {words}, at most {max_length} characters"),
        Kind::Boolean => format!("Whether it is {words}"),
        Kind::Timestamp if words.ends_with(" at") => format!("When it is {}", words.trim_end_matches(" at")),
        Kind::Integer | Kind::Timestamp | Kind::Uuid => format!("The {words}"),
    };
    let is_thing = subject.starts_with("The ");
    match (field.is_optional, is_thing) {
        (false, _) => format!("{subject}."),
        (true, true) => format!("{subject}, if there is one."),
        (true, false) => format!("{subject}, where that is known."),
    }
}

fn from_row(Field { name, kind, is_optional }: &Field) -> String {
    match (kind, is_optional) {
        (Kind::Timestamp, false) => format!("row.{name}.and_utc()"),
        (Kind::Timestamp, true) => format!("row.{name}.map(|timestamp| timestamp.and_utc())"),
        (Kind::Uuid, false) => format!("row.{name}.into()"),
        (Kind::Uuid, true) => format!("row.{name}.map(Into::into)"),
        _ => format!("row.{name}"),
    }
}

fn to_row(Field { name, kind, is_optional }: &Field) -> String {
    match (kind, is_optional) {
        (Kind::Timestamp | Kind::Uuid, false) => format!("content.{name}.into()"),
        (Kind::Timestamp | Kind::Uuid, true) => format!("content.{name}.map(Into::into)"),
        _ => format!("content.{name}"),
    }
}

fn to_response(Field { name, kind, is_optional }: &Field) -> String {
    match (kind, is_optional) {
        (Kind::Timestamp, false) => format!("{name}: Rfc3339(content.{name}).to_string()"),
        (Kind::Timestamp, true) => format!("{name}: content.{name}.map(|timestamp| Rfc3339(timestamp).to_string())"),
        (Kind::Uuid, false) => format!("{name}: content.{name}.to_string()"),
        (Kind::Uuid, true) => format!("{name}: content.{name}.map(|uuid| uuid.to_string())"),
        _ => format!("{name}: content.{name}"),
    }
}

fn decode(Field { name, kind, is_optional }: &Field, reader: &str) -> String {
    match (kind, is_optional) {
        (Kind::Text { max_length }, false) => format!("fields.text(\"{name}\", {max_length})"),
        (Kind::Text { max_length }, true) => {
            format!("fields.optional(\"{name}\", |fields, name| fields.text(name, {max_length}))")
        }
        (_, false) => format!("fields.{reader}(\"{name}\")"),
        (_, true) => format!("fields.optional(\"{name}\", Fields::{reader})"),
    }
}

fn request_schema(field: &Field, code: &KindCode) -> String {
    let value_type = match (field.kind, field.is_optional) {
        (Kind::Timestamp | Kind::Uuid, false) => "value_type = String",
        (Kind::Timestamp | Kind::Uuid, true) => "value_type = Option<String>",
        _ => "",
    };
    attributes(&[value_type, &code.schema, &format!("example = {}", code.example)])
}

fn response_schema(field: &Field, code: &KindCode) -> String {
    let required = if field.is_optional { "required = true" } else { "" };
    attributes(&[required, &code.schema, &format!("example = {}", code.example)])
}

fn attributes(attributes: &[&str]) -> String {
    let attributes: Vec<_> = attributes.iter().copied().filter(|attribute| !attribute.is_empty()).collect();
    attributes.join(", ")
}

/// A field of a struct with its value; clippy wants no name twice.
fn member(name: &str, value: &str) -> String {
    if name == value { name.to_owned() } else { format!("{name}: {value}") }
}

/// Of a field that need not have a value, every second has one.
fn perhaps(is_optional: bool, kind: Kind, value: &str) -> String {
    match (is_optional, kind) {
        (false, _) => value.to_owned(),
        (true, Kind::Integer | Kind::Boolean) => format!("(number % 2 == 1).then_some({value})"),
        (true, _) => format!("(number % 2 == 1).then(|| {value})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(field: &str) -> FieldCode {
        FieldCode::of(&Field::parse(field).unwrap())
    }

    #[test]
    fn a_value_that_need_not_be_there_is_an_option_everywhere() {
        let due = code("due_at:timestamp?");
        assert_eq!((due.domain_type.as_str(), due.read_type.as_str()), ("Option<Timestamp>", "Option<NaiveDateTime>"));
        assert_eq!((due.diesel_type.as_str(), due.sqlite_type.as_str()), ("Nullable<Timestamp>", "DATETIME"));
        assert_eq!(due.decode, "fields.optional(\"due_at\", Fields::timestamp)");
        assert_eq!(code("done:bool").sqlite_type, "BOOLEAN NOT NULL");
    }

    #[test]
    fn samples_and_examples_of_a_short_text_fit_into_it() {
        let short = code("title:string:3");
        assert_eq!((short.sample.as_str(), short.example.as_str()), ("title: (number % 10).to_string()", "\"Tit\""));
        assert_eq!(code("title:string:8").sample, "title: format!(\"{number} title\")");
        assert_eq!(code("number:integer").sample, "number");
    }

    #[test]
    fn a_field_is_described_in_a_sentence() {
        assert_eq!(code("title:string:80").documentation, "The title, at most 80 characters.");
        assert_eq!(code("due_at:timestamp?").documentation, "When it is due, where that is known.");
        assert_eq!(code("done:bool").documentation, "Whether it is done.");
    }
}

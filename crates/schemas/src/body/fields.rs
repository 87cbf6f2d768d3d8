use std::collections::BTreeMap;
use std::mem;
use std::ops::RangeInclusive;

use ore_domain::{Edit, EmailAddress, Locale, Timestamp, Uuid};
use serde_json::{Map, Value};

use super::strict_json::Json;
use super::{FieldError, Violation, scalars};

/// What is wrong with the body as a whole, is told under this name.
const BODY: &str = "body";
/// The most items of a list.
const MAX_ITEMS: usize = 256;

/// The fields of a body that are still to be read, and what was wrong with those that were.
pub struct Fields {
    object: BTreeMap<String, Json>,
    errors: Vec<FieldError>,
}

impl Fields {
    pub(super) fn of(value: Json) -> Self {
        match value {
            Json::Object(object) => Self { object, errors: Vec::new() },
            _ => Self {
                object: BTreeMap::new(),
                errors: vec![FieldError { field: BODY, violation: Violation::NotAnObject }],
            },
        }
    }

    /// A required text that `read` makes a value of.
    pub fn text_as<T>(&mut self, field: &'static str, read: impl FnOnce(String) -> Result<T, Violation>) -> Option<T> {
        self.value_as(field, |value| match value {
            // Moved and not copied: what is made of it wipes it.
            Json::Text(mut text) => read(mem::take(&mut *text)),
            _ => Err(Violation::NotText),
        })
    }

    /// A required text of at most so many code points.
    pub fn text(&mut self, field: &'static str, max_length: usize) -> Option<String> {
        self.text_as(field, |text| scalars::bounded_text(text, max_length))
    }

    /// A required text of at most so many code points, none of which breaks a line or controls a terminal.
    pub fn line(&mut self, field: &'static str, max_length: usize) -> Option<String> {
        self.text_as(field, |text| scalars::line(text, max_length))
    }

    /// As [`Fields::line`], of which something can be seen.
    pub fn name(&mut self, field: &'static str, max_length: usize) -> Option<String> {
        self.text_as(field, |text| scalars::name(text, max_length))
    }

    /// A required language.
    pub fn locale(&mut self, field: &'static str) -> Option<Locale> {
        self.text_as(field, |text| scalars::locale(&text))
    }

    /// A required e-mail address.
    pub fn email(&mut self, field: &'static str) -> Option<EmailAddress> {
        self.text_as(field, |text| Ok(EmailAddress::parse(&text)?))
    }

    /// A required whole number.
    pub fn integer(&mut self, field: &'static str) -> Option<i64> {
        self.value_as(field, |value| match value {
            Json::Number(number) => number.as_i64().ok_or(Violation::NotAnInteger),
            _ => Err(Violation::NotAnInteger),
        })
    }

    /// A required whole number that is one of these.
    pub fn integer_within(&mut self, field: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let number = self.integer(field)?;
        if range.contains(&number) {
            return Some(number);
        }
        self.refuse(field, Violation::OutOfRange);
        None
    }

    /// A required `true` or `false`.
    pub fn boolean(&mut self, field: &'static str) -> Option<bool> {
        self.value_as(field, |value| match value {
            Json::Boolean(boolean) => Ok(boolean),
            _ => Err(Violation::NotABoolean),
        })
    }

    /// A required timestamp in any time zone, cut to the microsecond (RFC 3339).
    pub fn timestamp(&mut self, field: &'static str) -> Option<Timestamp> {
        self.text_as(field, |text| scalars::timestamp(&text))
    }

    /// A required UUID.
    pub fn uuid(&mut self, field: &'static str) -> Option<Uuid> {
        self.text_as(field, |text| scalars::uuid(&text))
    }

    /// A required object that somebody else reads.
    pub fn object(&mut self, field: &'static str) -> Option<Value> {
        self.object_as(field, |object| Ok(Value::Object(object)))
    }

    /// A required object that `read` makes a value of.
    pub fn object_as<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(Map<String, Value>) -> Result<T, Violation>,
    ) -> Option<T> {
        self.value_as(field, |value| match value.into_value() {
            Value::Object(object) => read(object),
            _ => Err(Violation::NotAnObject),
        })
    }

    /// A required list of texts, each of which `read` makes a value of.
    pub fn list_of<T>(&mut self, field: &'static str, read: impl Fn(&str) -> Result<T, Violation>) -> Option<Vec<T>> {
        self.value_as(field, |value| match value {
            Json::Array(items) if items.len() <= MAX_ITEMS => items
                .into_iter()
                .map(|item| match item {
                    Json::Text(text) => read(&text),
                    _ => Err(Violation::NotText),
                })
                .collect(),
            _ => Err(Violation::NotAList),
        })
    }

    /// What `read` makes of a field that may be `null` or absent: then there is no value, and nothing wrong.
    pub fn optional<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.object.get(field) {
            None | Some(Json::Null) => Some(None),
            Some(_) => read(self, field).map(Some),
        }
    }

    /// What becomes of a part that a field may set, or clear with `null`, and that stays when the field is not there.
    pub fn edit<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Option<Edit<T>> {
        match self.object.get(field) {
            None => Some(Edit::Keep),
            Some(Json::Null) => Some(Edit::Clear),
            Some(_) => read(self, field).map(Edit::Set),
        }
    }

    fn value_as<T>(&mut self, field: &'static str, read: impl FnOnce(Json) -> Result<T, Violation>) -> Option<T> {
        let result = self.object.remove(field).ok_or(Violation::Missing).and_then(read);
        result.map_err(|violation| self.refuse(field, violation)).ok()
    }

    /// Records what is wrong with a field that was read.
    pub fn refuse(&mut self, field: &'static str, violation: Violation) {
        // Fields of a body that is no object are not also missing.
        if self.errors.iter().all(|error| error.field != BODY) {
            self.errors.push(FieldError { field, violation });
        }
    }

    pub(super) fn finish<T>(self, decoded: Option<T>) -> Result<T, Vec<FieldError>> {
        match decoded {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(self.errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use ore_domain::{EmailError, PasswordError};
    use rstest::rstest;

    use crate::{BodyError, BodyRules, Fields, LoginRequest, RegisterRequest, RequestBody, Violation, parse_body};

    fn violations<T: RequestBody>(body: &str) -> Vec<(&'static str, Violation)> {
        match parse_body::<T>(body.as_bytes(), &BodyRules::default()) {
            Ok(_) => Vec::new(),
            Err(BodyError::Invalid(errors)) => errors.into_iter().map(|error| (error.field, error.violation)).collect(),
            Err(BodyError::NotJson(fault)) => panic!("not JSON: {fault}"),
        }
    }

    const SHORT: Violation = Violation::Password(PasswordError::TooShort { minimum: 8 });

    #[rstest]
    #[case::valid(r#"{"email":"ada@example.org","password":"correct horse"}"#, &[])]
    #[case::more_fields_are_ignored(r#"{"email":"ada@example.org","password":"correct horse","role":"admin","id":1}"#, &[])]
    #[case::both_faults_are_listed(r#"{"email":"ada","password":"short"}"#, &[("email", Violation::Email(EmailError::Malformed)), ("password", SHORT)])]
    #[case::both_missing("{}", &[("email", Violation::Missing), ("password", Violation::Missing)])]
    #[case::wrong_types(r#"{"email":5,"password":null}"#, &[("email", Violation::NotText), ("password", Violation::NotText)])]
    #[case::list("[]", &[("body", Violation::NotAnObject)])]
    #[case::null("null", &[("body", Violation::NotAnObject)])]
    fn every_faulty_field_is_listed(#[case] body: &str, #[case] expected: &[(&str, Violation)]) {
        assert_eq!(violations::<RegisterRequest>(body), expected);
    }

    /// One field of each kind, and one that need not be there.
    struct Kinds;

    impl RequestBody for Kinds {
        fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
            let values = (fields.text("text", 3), fields.integer("integer"), fields.boolean("boolean"));
            let moments = (fields.timestamp("timestamp"), fields.uuid("uuid"));
            let optional = fields.optional("optional", Fields::integer);
            Some(Self).filter(|_| values.0.is_some() && moments.0.is_some() && optional.is_some())
        }
    }

    const VALID: &str = r#"{"text":"abc","integer":-9223372036854775808,"boolean":false,
        "timestamp":"2026-11-22T10:34:31Z","uuid":"01a2041e-213a-73b5-8e99-f9bd446c72db""#;

    #[rstest]
    #[case::absent("}", &[])]
    #[case::null(r#","optional":null}"#, &[])]
    #[case::there(r#","optional":7}"#, &[])]
    #[case::of_another_kind(r#","optional":"7"}"#, &[("optional", Violation::NotAnInteger)])]
    fn an_optional_field_may_be_absent_or_null(#[case] end: &str, #[case] expected: &[(&str, Violation)]) {
        assert_eq!(violations::<Kinds>(&format!("{VALID}{end}")), expected);
    }

    #[test]
    fn a_value_of_another_kind_is_told_by_what_it_should_be() {
        let body =
            r#"{"text":"abcd","integer":9223372036854775808,"boolean":0,"timestamp":5,"uuid":"x","optional":1.5}"#;
        let expected = [
            ("text", Violation::TextTooLong),
            ("integer", Violation::NotAnInteger),
            ("boolean", Violation::NotABoolean),
            ("timestamp", Violation::NotText),
            ("uuid", Violation::NotAUuid),
            ("optional", Violation::NotAnInteger),
        ];
        assert_eq!(violations::<Kinds>(body), expected);
    }

    #[rstest]
    #[case::absent("", &[("object", Violation::Missing), ("text", Violation::Missing)])]
    #[case::list(r#""object":[]"#, &[("object", Violation::NotAnObject), ("text", Violation::Missing)])]
    #[case::object(r#""object":{"a":[1,{"b":null}]}"#, &[("text", Violation::Missing)])]
    fn an_object_is_asked_for_among_other_fields(#[case] fields: &str, #[case] expected: &[(&str, Violation)]) {
        struct WithObject;

        impl RequestBody for WithObject {
            fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
                let object = fields.object("object");
                let text = fields.text("text", 3);
                let expected = serde_json::json!({ "a": [1, { "b": null }] });
                assert!(object.is_none_or(|object| object == expected));
                text.map(|_| Self)
            }
        }

        assert_eq!(violations::<WithObject>(&format!("{{{fields}}}")), expected);
    }

    #[test]
    fn a_login_accepts_a_password_shorter_than_new_ones_must_be() {
        assert_eq!(violations::<LoginRequest>(r#"{"email":"ada@example.org","password":"old"}"#), []);
    }
}

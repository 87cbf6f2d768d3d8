use ore_domain::EmailAddress;
use serde_json::{Map, Value};

use super::{FieldError, Violation};

/// The fields of a body that are still to be read, and what was wrong with those that were.
pub struct Fields {
    object: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Fields {
    pub(super) fn of(value: Value) -> Self {
        match value {
            Value::Object(object) => Self { object, errors: Vec::new() },
            _ => Self {
                object: Map::new(),
                errors: vec![FieldError { field: "body", violation: Violation::NotAnObject }],
            },
        }
    }

    /// A required text that `read` makes a value of.
    pub fn text_as<T>(&mut self, field: &'static str, read: impl FnOnce(String) -> Result<T, Violation>) -> Option<T> {
        let result = match self.object.remove(field) {
            None => Err(Violation::Missing),
            Some(Value::String(text)) => read(text),
            Some(_) => Err(Violation::NotText),
        };
        result.map_err(|violation| self.refuse(field, violation)).ok()
    }

    /// A required e-mail address.
    pub fn email(&mut self, field: &'static str) -> Option<EmailAddress> {
        self.text_as(field, |text| Ok(EmailAddress::parse(&text)?))
    }

    fn refuse(&mut self, field: &'static str, violation: Violation) {
        // Fields of a body that is no object are not also missing.
        if self.errors.iter().all(|error| error.violation != Violation::NotAnObject) {
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

    use crate::{BodyError, BodyRules, LoginRequest, RegisterRequest, RequestBody, Violation, parse_body};

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

    #[test]
    fn a_login_accepts_a_password_shorter_than_new_ones_must_be() {
        assert_eq!(violations::<LoginRequest>(r#"{"email":"ada@example.org","password":"old"}"#), []);
    }
}

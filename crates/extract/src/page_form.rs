use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_errors::{ApiError, Problem};
use ore_schemas::{BodyRules, RequestBody, parse_body};
use ore_web::context::RequestContext;
use serde::Serialize;
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::body::{read, require_form};
use crate::page_cookie::require_own_page;

/// The fields of a form of one of our pages, each as often as it was sent.
pub struct PageForm(Vec<(String, Zeroizing<String>)>);

/// The value of a form field in the body of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormField {
    /// A text.
    Text,
    /// A text, or `null` where nothing was typed.
    OptionalText,
    /// A whole number.
    Number,
    /// A box that was ticked, or was not.
    Box,
    /// Yes or no, or left out where neither was chosen.
    Choice,
    /// A list of texts: the boxes of one name that were ticked.
    Texts,
    /// An object, as JSON of one of our scripts.
    Object,
}

/// A field in the body. Borrowed, so that no copy of a password is left.
#[derive(Serialize)]
#[serde(untagged)]
enum Value<'a> {
    Text(&'a str),
    Nothing,
    Number(i64),
    Boolean(bool),
    Texts(Vec<&'a str>),
    Object(serde_json::Value),
}

impl FromRequest for PageForm {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            require_own_page(&request)?;
            require_form(&request)?;
            let context = RequestContext::of(&request).ok_or(Problem::InternalError)?;
            context.identity.record_credentials();
            Ok(Self::parse(&read(&request, payload).await?))
        })
    }
}

impl PageForm {
    fn parse(body: &[u8]) -> Self {
        let fields = form_urlencoded::parse(body);
        Self(fields.map(|(name, value)| (name.into_owned(), Zeroizing::new(value.into_owned()))).collect())
    }

    /// The value of a field; of several the first.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// The values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// The fields as they were sent.
    pub(crate) fn text(&self) -> Zeroizing<String> {
        let pairs = self.0.iter().map(|(name, value)| (name, value.as_str()));
        Zeroizing::new(form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
    }

    /// The fields as the body of a call, judged by its rules.
    ///
    /// # Errors
    /// As [`ApiError::Validation`] says.
    pub fn decode<T: RequestBody>(
        &self,
        fields: &[(&'static str, FormField)],
        rules: &BodyRules,
    ) -> Result<T, ApiError> {
        let body: BTreeMap<_, _> =
            fields.iter().filter_map(|(name, kind)| Some((*name, self.value(name, *kind)?))).collect();
        // Large enough that it never moves, which would leave a copy: JSON writes a byte with six at the most.
        let room: usize = self.0.iter().map(|(name, value)| 6 * (name.len() + value.len()) + 16).sum();
        let mut json = Zeroizing::new(Vec::with_capacity(room + 128));
        serde_json::to_writer(&mut *json, &body).map_err(|error| ApiError::caused(Problem::InternalError, error))?;
        Ok(parse_body(&json, rules)?)
    }

    fn value(&self, name: &'static str, kind: FormField) -> Option<Value<'_>> {
        let typed = self.get(name);
        match kind {
            FormField::Text => typed.map(Value::Text),
            FormField::OptionalText => Some(typed.filter(|text| !text.is_empty()).map_or(Value::Nothing, Value::Text)),
            FormField::Number => typed.map(|text| text.parse().map_or(Value::Text(text), Value::Number)),
            FormField::Box => Some(Value::Boolean(typed.is_some())),
            FormField::Choice => typed.and_then(|text| text.parse().ok()).map(Value::Boolean),
            FormField::Texts => Some(Value::Texts(self.all(name).collect())),
            FormField::Object => typed.map(|text| serde_json::from_str(text).map_or(Value::Text(text), Value::Object)),
        }
    }
}

#[cfg(test)]
mod tests {
    use ore_schemas::{ChangePasswordRequest, CreateApiKeyRequest, EditProfileRequest, EditUserRequest};

    use super::*;

    fn decode<T: RequestBody>(body: &str, fields: &[(&'static str, FormField)]) -> Result<T, ApiError> {
        PageForm::parse(body.as_bytes()).decode(fields, &BodyRules::default())
    }

    #[test]
    fn a_form_is_judged_as_the_body_of_a_call() {
        let fields =
            [("name", FormField::Text), ("permissions", FormField::Texts), ("expires_in_days", FormField::Number)];
        let key: CreateApiKeyRequest =
            decode("name=a%22+b&permissions=users.read&permissions=keys.read&expires_in_days=7", &fields).unwrap();
        assert_eq!((key.name.as_str(), key.permissions.to_string().as_str()), ("a\" b", "users.read keys.read"));
        assert_eq!(key.expires_in_days.as_secs(), 7 * 24 * 3600);
        let refused = decode::<CreateApiKeyRequest>("name=&expires_in_days=x", &fields);
        assert!(matches!(refused, Err(ApiError::Validation(errors)) if errors.len() == 2));
    }

    #[test]
    fn a_box_that_is_not_ticked_says_no_and_an_empty_text_clears() {
        let fields = [
            ("current_password", FormField::Text),
            ("new_password", FormField::Text),
            ("end_other_sessions", FormField::Box),
        ];
        let change: ChangePasswordRequest = decode("current_password=a&new_password=correct+horse", &fields).unwrap();
        assert!(!change.end_other_sessions);
        let address = |body| decode(body, &[("email", FormField::Text), ("email_verified", FormField::Choice)]);
        let verified = |body| address(body).map(|edit: EditUserRequest| edit.email_verified).unwrap();
        assert_eq!(["email_verified=", "email_verified=false"].map(verified), [None, Some(false)]);
        let edit: EditProfileRequest = decode("display_name=", &[("display_name", FormField::OptionalText)]).unwrap();
        assert_eq!(edit.display_name, ore_domain::Edit::Clear);
        assert_eq!(edit.locale, ore_domain::Edit::Keep);
    }
}

//! What the service has answered.

use std::time::Duration;

use ore_schemas::ErrorDetails;
use reqwest::header::{HeaderMap, RETRY_AFTER, WWW_AUTHENTICATE};
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_slice, from_value};

use crate::Error;

/// The reason of a log-in that a second factor has to follow.
const MFA_REQUIRED: &str = "MFA_REQUIRED";

/// An answer that has been read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

#[derive(Deserialize)]
struct Envelope<T> {
    data: T,
}

/// Either form of an error: that of the API, or that of OAuth (RFC 6749, section 5.2).
#[derive(Deserialize)]
struct Refusal {
    #[serde(alias = "error")]
    error_code: String,
    #[serde(alias = "error_description", default)]
    message: Box<str>,
    #[serde(default)]
    details: Option<Value>,
    #[serde(default)]
    request_id: Option<Box<str>>,
}

#[derive(Deserialize)]
struct SecondFactor {
    mfa_token: SecretString,
    methods: Vec<String>,
}

impl Answer {
    /// The `data` of the envelope.
    pub(crate) fn data<T: DeserializeOwned>(&self) -> Result<T, Error> {
        Ok(self.json::<Envelope<T>>()?.data)
    }

    /// An answer without an envelope.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        from_slice(&self.body).map_err(|_| Error::UnreadableAnswer { status: self.status })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The answer, unless it is a refusal.
    pub(crate) fn succeeded(self) -> Result<Self, FailedCall> {
        if (200..300).contains(&self.status) { Ok(self) } else { Err(self.failure()) }
    }

    fn failure(&self) -> FailedCall {
        let challenge = self.header(WWW_AUTHENTICATE.as_str()).unwrap_or_default();
        FailedCall { is_invalid_token: challenge.contains("error=\"invalid_token\""), error: self.error() }
    }

    fn error(&self) -> Error {
        let Ok(refusal) = self.json::<Refusal>() else {
            // A gateway in between has said it.
            return self.api_error(Refusal {
                error_code: String::new(),
                message: Box::default(),
                details: None,
                request_id: None,
            });
        };
        let is_second_factor = refusal.details.as_ref().is_some_and(|details| details["reason"] == MFA_REQUIRED);
        let second_factor = refusal.details.clone().filter(|_| is_second_factor).and_then(|it| from_value(it).ok());
        match second_factor {
            Some(SecondFactor { mfa_token, methods }) => Error::SecondFactor { mfa_token, methods },
            None => self.api_error(refusal),
        }
    }

    fn api_error(&self, refusal: Refusal) -> Error {
        let details: Option<ErrorDetails> = refusal.details.and_then(|details| from_value(details).ok());
        let retry_after = self.header(RETRY_AFTER.as_str()).and_then(|seconds| seconds.parse().ok());
        Error::Api {
            status: self.status,
            code: refusal.error_code,
            message: refusal.message,
            reason: details.as_ref().and_then(|details| details.reason.clone()),
            details: details.map(Box::new),
            request_id: refusal.request_id,
            retry_after: retry_after.map(Duration::from_secs),
        }
    }
}

/// Why a call did not succeed, and whether another access token may help.
pub(crate) struct FailedCall {
    pub(crate) error: Error,
    pub(crate) is_invalid_token: bool,
}

impl<E: Into<Error>> From<E> for FailedCall {
    fn from(error: E) -> Self {
        Self { error: error.into(), is_invalid_token: false }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;

    fn error(status: u16, headers: &[(&'static str, &'static str)], body: &Value) -> Error {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let answer = Answer { status, headers, body: body.to_string().into_bytes() };
        answer.succeeded().err().unwrap().error
    }

    #[test]
    fn a_refusal_names_its_rule_its_fields_and_its_request() {
        let details = json!({"reason": "A_RULE", "permission": "users.read",
            "errors": [{"field": "email", "code": "email_invalid", "message": "No"}], "later": 1});
        let body = json!({"success": false, "error_code": "FORBIDDEN", "message": "No", "details": details,
            "timestamp": "2026-11-22T10:34:31.000000Z", "request_id": "r-1"});
        let Error::Api { status, code, message, reason, details, request_id, retry_after } =
            error(403, &[("retry-after", "7")], &body)
        else {
            panic!("another error");
        };
        assert_eq!((status, code.as_str(), &*message, reason.as_deref()), (403, "FORBIDDEN", "No", Some("A_RULE")));
        assert_eq!((request_id.as_deref(), retry_after), (Some("r-1"), Some(Duration::from_secs(7))));
        let details = details.unwrap();
        assert_eq!(details.permission.as_deref(), Some("users.read"));
        assert_eq!((details.errors[0].field.as_str(), details.errors[0].code.as_str()), ("email", "email_invalid"));
    }

    #[test]
    fn a_second_factor_has_an_error_of_its_own_that_does_not_print_the_token() {
        let details = json!({"reason": "MFA_REQUIRED", "mfa_token": "ore_mf_x", "methods": ["totp", "recovery_code"]});
        let refused = error(403, &[], &json!({"error_code": "FORBIDDEN", "message": "", "details": details}));
        assert!(!format!("{refused:?}").contains("ore_mf_x"));
        let Error::SecondFactor { mfa_token, methods } = refused else { panic!("another error") };
        assert_eq!((mfa_token.expose_secret(), methods), ("ore_mf_x", vec!["totp".into(), "recovery_code".into()]));
    }

    #[test]
    fn an_error_of_oauth_and_one_of_a_gateway_are_told_too() {
        let refused = error(400, &[], &json!({"error": "invalid_grant", "error_description": "No"}));
        assert!(matches!(refused, Error::Api { status: 400, ref code, .. } if code == "invalid_grant"));
        let refused = error(502, &[], &json!("<html>"));
        assert!(matches!(refused, Error::Api { status: 502, ref code, .. } if code.is_empty()));
    }
}

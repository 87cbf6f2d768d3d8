use std::borrow::Cow;

use ore_domain::Timestamp;
use serde::Serialize;

#[cfg(feature = "openapi")]
use crate::envelope_schema::{always_false, always_true, data};
use crate::timestamp;

/// The envelope of every successful answer.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiResponse<T> {
    /// Always `true`.
    #[cfg_attr(feature = "openapi", schema(schema_with = always_true))]
    success: bool,
    /// What was asked for.
    #[cfg_attr(feature = "openapi", schema(schema_with = data::<T>))]
    data: T,
    /// For people, in the language they asked for.
    #[cfg_attr(feature = "openapi", schema(example = "操作成功"))]
    message: String,
    /// When the answer was made.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    timestamp: Timestamp,
}

impl<T> ApiResponse<T> {
    /// Wraps `data`.
    pub fn new(data: T, message: impl Into<String>, timestamp: Timestamp) -> Self {
        Self { success: true, data, message: message.into(), timestamp }
    }
}

/// The envelope of every error.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorResponse {
    /// Always `false`.
    #[cfg_attr(feature = "openapi", schema(schema_with = always_false))]
    success: bool,
    /// For programs; never translated.
    #[cfg_attr(feature = "openapi", schema(example = "VALIDATION_ERROR"))]
    error_code: String,
    /// For people, in the language they asked for.
    message: String,
    /// What else there is to say.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    details: Option<ErrorDetails>,
    /// When the answer was made.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    timestamp: Timestamp,
    /// Ties the answer to the lines of the log.
    request_id: String,
}

/// What an error says beyond its code and message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "client", derive(serde::Deserialize))]
#[non_exhaustive]
pub struct ErrorDetails {
    /// The rule that refused the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, example = "USER_ALREADY_EXISTS"))]
    pub reason: Option<String>,
    /// The permission that the caller lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, example = "users.read"))]
    pub permission: Option<String>,
    /// Stands for the log-in that lacks its second factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, format = Password))]
    pub mfa_token: Option<String>,
    /// What the user can show as the second factor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(example = json!(["totp", "recovery_code"])))]
    pub methods: Vec<Cow<'static, str>>,
    /// Every faulty field of the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldErrorResponse>,
}

/// One faulty field. Never holds the value that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "client", derive(serde::Deserialize))]
pub struct FieldErrorResponse {
    /// The name of the field.
    #[cfg_attr(feature = "openapi", schema(example = "password"))]
    pub field: String,
    /// For programs; never translated.
    #[cfg_attr(feature = "openapi", schema(example = "password_too_short"))]
    pub code: String,
    /// For people.
    #[cfg_attr(feature = "openapi", schema(example = "密码长度至少8位"))]
    pub message: String,
}

impl ErrorDetails {
    /// Details that name the rule that refused the request.
    pub fn reason(reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..Self::default() }
    }

    /// Details that name the rule, and the permission that is missing.
    pub fn permission(reason: impl Into<String>, permission: impl Into<String>) -> Self {
        Self { permission: Some(permission.into()), ..Self::reason(reason) }
    }

    /// Details that name the rule, what stands for the log-in, and how it can go on.
    pub fn second_factor(reason: impl Into<String>, mfa_token: impl Into<String>, methods: Vec<&'static str>) -> Self {
        Self {
            mfa_token: Some(mfa_token.into()),
            methods: methods.into_iter().map(Cow::Borrowed).collect(),
            ..Self::reason(reason)
        }
    }

    /// Details that list faulty fields.
    pub fn errors(errors: Vec<FieldErrorResponse>) -> Self {
        Self { errors, ..Self::default() }
    }
}

impl ErrorResponse {
    /// An error of this code, with a message for people and what else there is to say.
    pub fn new(
        error_code: impl Into<String>,
        message: impl Into<String>,
        details: Option<ErrorDetails>,
        timestamp: Timestamp,
        request_id: impl Into<String>,
    ) -> Self {
        Self {
            success: false,
            error_code: error_code.into(),
            message: message.into(),
            details,
            timestamp,
            request_id: request_id.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::*;

    fn timestamp() -> Timestamp {
        Utc.with_ymd_and_hms(2026, 11, 22, 10, 34, 31).unwrap()
    }

    #[test]
    fn success_has_the_fields_of_the_contract_in_their_order() {
        let body = serde_json::to_string(&ApiResponse::new(7, "操作成功", timestamp())).unwrap();
        assert_eq!(body, r#"{"success":true,"data":7,"message":"操作成功","timestamp":"2026-11-22T10:34:31.000000Z"}"#);
    }

    #[test]
    fn an_error_has_the_fields_of_the_contract_in_their_order() {
        let error = ErrorResponse::new("FORBIDDEN", "不行", None, timestamp(), "r-1");
        let body = serde_json::to_string(&error).unwrap();
        assert_eq!(
            body,
            r#"{"success":false,"error_code":"FORBIDDEN","message":"不行","details":null,"timestamp":"2026-11-22T10:34:31.000000Z","request_id":"r-1"}"#
        );
    }

    #[test]
    fn details_show_only_what_there_is() {
        let details = serde_json::to_string(&ErrorDetails::reason("USER_ALREADY_EXISTS")).unwrap();
        assert_eq!(details, r#"{"reason":"USER_ALREADY_EXISTS"}"#);
    }
}

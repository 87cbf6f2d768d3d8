use std::borrow::Cow;
use std::time::Duration;

use ore_domain::{EmailAddress, Password, TotpCode};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::passkey::{PasskeyProofRequest, passkey};
use crate::second_factor::totp_code;
use crate::{BodyRules, Fields, RequestBody, Violation};

/// Request body of a registration.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegisterRequest {
    /// The address of the account.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Email, max_length = 320, example = "ada@example.org"))]
    pub email: EmailAddress,
    /// At least as many code points as the service asks for (8 by default), at most 1024 bytes.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, min_length = 8, max_length = 1024, example = "correct horse battery"))]
    pub password: Password,
}

/// Request body of a log-in.
// No `Debug`: it holds what must not be printed.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginRequest {
    /// The address of the account, in any spelling.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Email, max_length = 320, example = "ada@example.org"))]
    pub email: EmailAddress,
    /// The password of the account.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, max_length = 1024, example = "correct horse battery"))]
    pub password: Password,
    /// The last device token of this device, so that failures of others do not delay it. A token that is not valid, or
    /// is of another user, is ignored.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password))]
    pub device_token: Option<Zeroizing<String>>,
}

impl RequestBody for RegisterRequest {
    fn decode(fields: &mut Fields, rules: &BodyRules) -> Option<Self> {
        let email = fields.email("email");
        let password = fields.text_as("password", |text| rules.new_password(text, email.as_ref()));
        Some(Self { email: email?, password: password? })
    }
}

impl RequestBody for LoginRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let email = fields.email("email");
        let password = fields.text_as("password", |text| Ok(Password::presented(text)?));
        let token = |fields: &mut Fields, field| fields.text_as(field, |text| Ok(Zeroizing::new(text)));
        let device_token = fields.optional("device_token", token);
        Some(Self { email: email?, password: password?, device_token: device_token? })
    }
}

/// Request body of the next tokens of a session.
// No `Debug`: it holds what must not be printed.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefreshRequest {
    /// The refresh token that came last.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, max_length = 128))]
    pub refresh_token: Zeroizing<String>,
}

impl RequestBody for RefreshRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let refresh_token = fields.text_as("refresh_token", |text| Ok(Zeroizing::new(text)))?;
        Some(Self { refresh_token })
    }
}

/// Request body of a change of the password.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangePasswordRequest {
    /// The present password.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, max_length = 1024, example = "correct horse battery"))]
    pub current_password: Password,
    /// The new password. The rules are those of a registration.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, min_length = 8, max_length = 1024, example = "another horse battery"))]
    pub new_password: Password,
    /// Whether every other session of the user ends.
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub end_other_sessions: bool,
}

impl RequestBody for ChangePasswordRequest {
    fn decode(fields: &mut Fields, rules: &BodyRules) -> Option<Self> {
        let current_password = fields.text_as("current_password", |text| Ok(Password::presented(text)?));
        let new_password = fields.text_as("new_password", |text| rules.new_password(text, None));
        let end_other_sessions = fields.optional("end_other_sessions", Fields::boolean);
        Some(Self {
            current_password: current_password?,
            new_password: new_password?,
            end_other_sessions: end_other_sessions?.unwrap_or(true),
        })
    }
}

/// Request body of a user who shows once more who they are.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReauthenticateRequest {
    /// The password of the account.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, max_length = 1024, example = "correct horse battery"))]
    pub password: Option<Password>,
    /// The six digits that the authenticator app shows, of a user who has a second factor.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, pattern = "^[0-9]{6}$", example = "492039"))]
    pub code: Option<TotpCode>,
    /// What a passkey of the user showed, in place of password and code.
    pub passkey: Option<PasskeyProofRequest>,
}

impl RequestBody for ReauthenticateRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let read = |fields: &mut Fields, field| fields.text_as(field, |text| Ok(Password::presented(text)?));
        let code = fields.optional("code", totp_code);
        let passkey = fields.optional("passkey", passkey);
        let password = match (&code, &passkey) {
            // What is not enough is told apart from what is nothing.
            (Some(None), Some(None)) => read(fields, "password").map(Some),
            _ => fields.optional("password", read),
        };
        let has_other = matches!(password, Some(Some(_))) || matches!(code, Some(Some(_)));
        if has_other && matches!(passkey, Some(Some(_))) {
            fields.refuse("passkey", Violation::OneProofOnly);
        }
        Some(Self { password: password?, code: code?, passkey: passkey? })
    }
}

/// The tokens of a session (RFC 6749, 5.1).
// No `Debug`: it holds what must not be printed.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "client", derive(serde::Deserialize))]
#[non_exhaustive]
pub struct TokenResponse {
    /// Sent as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `bearer`.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "bearer"))]
    pub token_type: Cow<'static, str>,
    /// Seconds until the access token expires.
    #[cfg_attr(feature = "openapi", schema(example = 1800))]
    pub expires_in: u64,
    /// Can be exchanged once for the next tokens. Absent if it comes in a cookie, and from an impersonation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Seconds until the refresh token expires. Absent without a refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = 1_209_600))]
    pub refresh_expires_in: Option<u64>,
    /// Identifies the device at later log-ins, for 180 days. Only `register`, `login` and `mfa/verify` give it. Absent
    /// if it comes in a cookie, or if the client has it already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_token: Option<String>,
}

impl TokenResponse {
    /// A bearer token, a refresh token unless that comes in a cookie, and how long they are valid.
    pub fn bearer(
        access_token: &str,
        expires_in: Duration,
        refresh_token: Option<&str>,
        refresh_expires_in: Duration,
    ) -> Self {
        Self {
            refresh_token: refresh_token.map(str::to_owned),
            refresh_expires_in: Some(refresh_expires_in.as_secs()),
            ..Self::bearer_alone(access_token, expires_in)
        }
    }

    /// A bearer token that nothing follows, and how long it is valid.
    pub fn bearer_alone(access_token: &str, expires_in: Duration) -> Self {
        Self {
            access_token: access_token.to_owned(),
            token_type: "bearer".into(),
            expires_in: expires_in.as_secs(),
            refresh_token: None,
            refresh_expires_in: None,
            device_token: None,
        }
    }

    /// The same with a device token.
    #[must_use]
    pub fn with_device_token(self, device_token: &str) -> Self {
        Self { device_token: Some(device_token.to_owned()), ..self }
    }
}

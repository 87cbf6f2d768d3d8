use ore_domain::{EmailAddress, Password};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{BodyRules, Fields, RequestBody};

/// Request body of a mail to an address.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmailRequest {
    /// The address, in any spelling.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Email, max_length = 320, example = "ada@example.org"))]
    pub email: EmailAddress,
}

impl RequestBody for EmailRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        Some(Self { email: fields.email("email")? })
    }
}

/// Request body of a new password for somebody who has a token from a mail.
// No `Debug`: it holds what must not be printed.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetPasswordRequest {
    /// The token from the mail.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, max_length = 128))]
    pub token: Zeroizing<String>,
    /// The new password. The rules are those of a registration.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, min_length = 8, max_length = 1024, example = "another horse battery"))]
    pub new_password: Password,
}

impl RequestBody for ResetPasswordRequest {
    fn decode(fields: &mut Fields, rules: &BodyRules) -> Option<Self> {
        let token = fields.text_as("token", |text| Ok(Zeroizing::new(text)));
        let new_password = fields.text_as("new_password", |text| rules.new_password(text, None));
        Some(Self { token: token?, new_password: new_password? })
    }
}

/// Request body of somebody who shows that an address is theirs.
// No `Debug`: it holds what must not be printed.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifyEmailRequest {
    /// The token from the mail.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, max_length = 128))]
    pub token: Zeroizing<String>,
    /// The password of the account; not needed with a session of it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password, max_length = 1024, example = "correct horse battery"))]
    pub password: Option<Password>,
}

impl RequestBody for VerifyEmailRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let token = fields.text_as("token", |text| Ok(Zeroizing::new(text)));
        let password =
            fields.optional("password", |fields, name| fields.text_as(name, |text| Ok(Password::presented(text)?)));
        Some(Self { token: token?, password: password? })
    }
}

/// Request body of a change of the address.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeEmailRequest {
    /// The new address.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Email, max_length = 320, example = "ada@example.com"))]
    pub new_email: EmailAddress,
    /// The password of the account.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, max_length = 1024, example = "correct horse battery"))]
    pub password: Password,
}

impl RequestBody for ChangeEmailRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let new_email = fields.email("new_email");
        let password = fields.text_as("password", |text| Ok(Password::presented(text)?));
        Some(Self { new_email: new_email?, password: password? })
    }
}

/// What is to be done before a session is opened.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NextStep {
    /// Always `verify_email`: a mail says how to go on.
    #[cfg_attr(feature = "openapi", schema(example = "verify_email"))]
    next: &'static str,
}

impl NextStep {
    /// The mail that was sent says how to go on.
    pub const VERIFY_EMAIL: Self = Self { next: "verify_email" };
}

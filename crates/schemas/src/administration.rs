use ore_domain::{Edit, EmailAddress, Locale, Password, RoleName};
use unicode_normalization::UnicodeNormalization;

use crate::body::line;
use crate::{BodyRules, EditProfileRequest, Fields, RequestBody, Violation};

/// Request body of an account that an administrator makes.
// No `Debug`: it holds what must not be printed.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateUserRequest {
    /// The address.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Email, max_length = 320, example = "ada@example.org"))]
    pub email: EmailAddress,
    /// The password; without one, an invitation lets the user set it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password, min_length = 8, max_length = 1024, example = "correct horse battery"))]
    pub password: Option<Password>,
    /// What the user wants to be called.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 100, example = "Ada"))]
    pub display_name: Edit<String>,
    /// The language of mails to the user: `zh-CN` (or `zh`) or `en`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "zh-CN"))]
    pub locale: Edit<Locale>,
    /// The roles.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>, example = json!(["support"])))]
    pub roles: Vec<RoleName>,
    /// Whether somebody without a password is invited by mail.
    #[cfg_attr(feature = "openapi", schema(default = true, value_type = Option<bool>))]
    pub send_invitation: bool,
}

impl RequestBody for CreateUserRequest {
    fn decode(fields: &mut Fields, rules: &BodyRules) -> Option<Self> {
        let email = fields.email("email");
        let read_password =
            |fields: &mut Fields, name| fields.text_as(name, |text| rules.new_password(text, email.as_ref()));
        let password = fields.optional("password", read_password);
        let profile = EditProfileRequest::decode(fields, rules);
        let granted = fields.optional("roles", |fields, _| role_names(fields));
        let send_invitation = fields.optional("send_invitation", Fields::boolean);
        let EditProfileRequest { display_name, locale } = profile?;
        Some(Self {
            email: email?,
            password: password?,
            display_name,
            locale,
            roles: granted?.unwrap_or_default(),
            send_invitation: send_invitation?.unwrap_or(true),
        })
    }
}

/// Request body of a change of a user. What is left out stays.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditUserRequest {
    /// Another address. It is not verified then, unless `email_verified` says so.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Email, max_length = 320, example = "ada@example.org"))]
    pub email: Option<EmailAddress>,
    /// Whether the address counts as shown to be the user's.
    pub email_verified: Option<bool>,
    /// What the user wants to be called; `null` clears.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 100, example = "Ada"))]
    pub display_name: Edit<String>,
    /// The language of mails to the user: `zh-CN` (or `zh`) or `en`; `null` clears.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "zh-CN"))]
    pub locale: Edit<Locale>,
    /// Whether the user may log in and use tokens.
    pub is_active: Option<bool>,
    /// The roles, all of them.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>, example = json!(["support"])))]
    pub roles: Option<Vec<RoleName>>,
}

impl RequestBody for EditUserRequest {
    fn decode(fields: &mut Fields, rules: &BodyRules) -> Option<Self> {
        let email = fields.optional("email", Fields::email);
        let email_verified = fields.optional("email_verified", Fields::boolean);
        let profile = EditProfileRequest::decode(fields, rules);
        let is_active = fields.optional("is_active", Fields::boolean);
        let granted = fields.optional("roles", |fields, _| role_names(fields));
        let EditProfileRequest { display_name, locale } = profile?;
        Some(Self {
            email: email?,
            email_verified: email_verified?,
            display_name,
            locale,
            is_active: is_active?,
            roles: granted?,
        })
    }
}

/// What cannot be the name of a role is the name of none. Everybody has the role `user`.
fn role_names(fields: &mut Fields) -> Option<Vec<RoleName>> {
    let mut roles = fields.list_of("roles", |text| text.parse::<RoleName>().map_err(|_| Violation::UnknownRole))?;
    roles.retain(|role| !role.is_user());
    roles.sort_unstable();
    roles.dedup();
    Some(roles)
}

/// How many code points the reason of an impersonation has at most, in NFC.
const MAX_REASON_LENGTH: usize = 500;

/// Request body of an impersonation.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImpersonateRequest {
    /// Why. It stands in the audit log, and the user gets it with all that is stored about them.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 500, example = "Ticket 4711: the user cannot see the invoice")
    )]
    pub reason: String,
}

impl RequestBody for ImpersonateRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let reason = fields.text_as("reason", |text| {
            let reason = line(text.nfc().collect(), MAX_REASON_LENGTH)?;
            if reason.trim().is_empty() { Err(Violation::TextTooShort) } else { Ok(reason) }
        });
        Some(Self { reason: reason? })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::{BodyError, FieldError, parse_body};

    fn reason(text: &str) -> Result<String, Violation> {
        let body = serde_json::json!({ "reason": text }).to_string();
        match parse_body::<ImpersonateRequest>(body.as_bytes(), &BodyRules::default()) {
            Ok(request) => Ok(request.reason),
            Err(BodyError::Invalid(errors)) => {
                let [FieldError { field: "reason", violation }] = errors.as_slice() else { panic!("{errors:?}") };
                Err(*violation)
            }
            Err(error) => panic!("{error:?}"),
        }
    }

    #[rstest]
    #[case::composed(&"e\u{301}".repeat(500), Ok("é".repeat(500)))]
    #[case::longest(&"票".repeat(500), Ok("票".repeat(500)))]
    #[case::one_more(&"a".repeat(501), Err(Violation::TextTooLong))]
    #[case::nothing("", Err(Violation::TextTooShort))]
    #[case::spaces(" \u{3000}", Err(Violation::TextTooShort))]
    #[case::line_break("a\nb", Err(Violation::TextForbiddenCharacter))]
    #[case::turned("a\u{202e}b", Err(Violation::TextForbiddenCharacter))]
    fn a_reason_is_a_line_of_500_characters_in_nfc(#[case] text: &str, #[case] expected: Result<String, Violation>) {
        assert_eq!(reason(text), expected);
    }
}

use ore_domain::Locale;
use ore_domain::{EmailError, PasswordError, Timestamp};
use ore_schemas::{ErrorDetails, ErrorResponse, FieldError, FieldErrorResponse, Violation};

use crate::messages::{Catalogue, Message};
use crate::{ApiError, Problem};

/// The body of an error; `None` where the contract has none.
pub fn render(
    error: &ApiError,
    catalogue: &Catalogue,
    locale: Locale,
    timestamp: Timestamp,
    request_id: &str,
) -> Option<ErrorResponse> {
    let respond = |code: &str, message: &str, details: Option<ErrorDetails>| {
        Some(ErrorResponse::new(code, message, details, timestamp, request_id))
    };
    match error {
        ApiError::Problem(Problem::HeadTooLarge, _) => None,
        ApiError::Business(error) => respond(&error.error_code, &error.message, None),
        ApiError::Http(error) => respond(&error.error_code, &error.message, None),
        ApiError::Validation(errors) => {
            let row = Problem::ValidationFailed.row();
            let errors = field_errors(errors, catalogue, locale);
            let message = match errors.as_slice() {
                [only] => only.message.clone(),
                _ => catalogue.text(locale, row.message).to_owned(),
            };
            respond(row.error_code, &message, Some(ErrorDetails::errors(errors)))
        }
        ApiError::MissingPermission(permission) => {
            let row = Problem::MissingPermission.row();
            let details = row.reason.map(|reason| ErrorDetails::permission(reason, permission.name()));
            respond(row.error_code, catalogue.text(locale, row.message), details)
        }
        ApiError::SecondFactorRequired { token, methods } => {
            let row = Problem::MfaRequired.row();
            let details = row.reason.map(|reason| ErrorDetails::second_factor(reason, token.expose(), methods.clone()));
            respond(row.error_code, catalogue.text(locale, row.message), details)
        }
        other => {
            let row = other.problem().unwrap_or(Problem::InternalError).row();
            respond(row.error_code, catalogue.text(locale, row.message), row.reason.map(ErrorDetails::reason))
        }
    }
}

fn field_errors(errors: &[FieldError], catalogue: &Catalogue, locale: Locale) -> Vec<FieldErrorResponse> {
    let respond = |error: &FieldError| FieldErrorResponse {
        field: error.field.to_owned(),
        code: error.violation.code().to_owned(),
        message: catalogue.text(locale, message_of(error.violation)).to_owned(),
    };
    errors.iter().map(respond).collect()
}

/// The message about a faulty field.
pub const fn message_of(violation: Violation) -> Message {
    match violation {
        Violation::Missing => Message::FieldMissing,
        Violation::NotText => Message::FieldNotText,
        Violation::NotAnObject => Message::BodyNotObject,
        Violation::NotAnInteger => Message::FieldNotInteger,
        Violation::NotABoolean => Message::FieldNotBoolean,
        Violation::NotATimestamp => Message::FieldNotTimestamp,
        Violation::NotAUuid => Message::FieldNotUuid,
        Violation::TextTooShort => Message::TextTooShort,
        Violation::TextTooLong => Message::TextTooLong,
        Violation::TextForbiddenCharacter => Message::TextForbiddenCharacter,
        Violation::NotAList => Message::FieldNotList,
        Violation::RoleNameInvalid => Message::RoleNameInvalid,
        Violation::UnknownRole => Message::RoleUnknown,
        Violation::TooManyRoles => Message::RolesTooLong,
        Violation::UnknownPermission => Message::PermissionUnknown,
        Violation::UnknownOutcome => Message::OutcomeUnknown,
        Violation::UnknownParameter => Message::ParameterUnknown,
        Violation::RepeatedParameter => Message::ParameterRepeated,
        Violation::OutOfRange => Message::NumberOutOfRange,
        Violation::UnknownSort => Message::SortUnknown,
        Violation::CursorInvalid => Message::CursorInvalid,
        Violation::SinceInvalid => Message::SinceInvalid,
        Violation::CodeInvalid => Message::CodeInvalid,
        Violation::OneProofOnly => Message::OneProofOnly,
        Violation::UnknownLocale => Message::LocaleUnknown,
        Violation::Email(EmailError::TooLong) => Message::EmailTooLong,
        Violation::Email(_) => Message::EmailInvalid,
        Violation::Password(PasswordError::TooShort { .. }) => Message::PasswordTooShort,
        Violation::Password(PasswordError::TooCommon) => Message::PasswordTooCommon,
        Violation::Password(PasswordError::TooLong { .. }) => Message::PasswordTooLong,
        Violation::Password(PasswordError::ForbiddenCharacter) => Message::PasswordForbiddenCharacter,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use ore_domain::PasswordPolicy;

    use super::*;

    fn body(error: &ApiError, locale: Locale) -> String {
        let catalogue = Catalogue::load(PasswordPolicy::default()).unwrap();
        let timestamp = DateTime::UNIX_EPOCH;
        let body = render(error, &catalogue, locale, timestamp, "r-1");
        body.map_or_else(String::new, |body| serde_json::to_string(&body).unwrap())
    }

    /// Status, headers and both bodies of every row of the table, held against the committed snapshot.
    #[test]
    fn every_row_of_the_table_is_as_it_was_agreed() {
        use actix_web::ResponseError;

        let rows = Problem::ALL.iter().map(|problem| {
            let error = ApiError::from(*problem);
            let response = error.error_response();
            let headers: Vec<_> = response.headers().iter().collect();
            let (chinese, english) = (body(&error, Locale::ZhCn), body(&error, Locale::En));
            format!("{problem:?}: {} {headers:?}\n  {chinese}\n  {english}\n", response.status())
        });
        insta::assert_snapshot!(rows.collect::<String>());
    }

    #[test]
    fn one_faulty_field_speaks_for_the_whole() {
        let error =
            FieldError { field: "password", violation: Violation::Password(PasswordError::TooShort { minimum: 8 }) };
        let body = body(&ApiError::Validation(vec![error]), Locale::ZhCn);
        assert!(body.contains(r#""error_code":"VALIDATION_ERROR","message":"密码长度至少8位""#), "{body}");
    }

    #[test]
    fn the_two_open_errors_pass_through_with_their_codes() {
        let business = crate::BusinessError::new("余额不足").with_code("TOO_POOR");
        assert!(body(&business.into(), Locale::En).contains(r#""error_code":"TOO_POOR","message":"余额不足""#));
        let http = crate::HttpError::new(actix_web::http::StatusCode::IM_A_TEAPOT, "short and stout");
        assert!(body(&http.into(), Locale::En).contains(r#""error_code":"HTTP_ERROR","message":"short and stout""#));
    }
}

use actix_web::http::StatusCode;
use ore_domain::{EmailError, PasswordError, Timestamp};
use ore_schemas::{ErrorDetails, ErrorResponse, FieldError, FieldErrorResponse, Violation};

use super::{ApiError, Problem};
use crate::locale::Locale;
use crate::messages::{Catalogue, Message};

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
        other => {
            let row = other.problem().unwrap_or(Problem::InternalError).row();
            respond(row.error_code, catalogue.text(locale, row.message), row.reason.map(ErrorDetails::reason))
        }
    }
}

/// The error that stands for a status the framework answered with by itself.
pub(crate) fn of_status(status: StatusCode) -> ApiError {
    Problem::of_status(status).into()
}

fn field_errors(errors: &[FieldError], catalogue: &Catalogue, locale: Locale) -> Vec<FieldErrorResponse> {
    let respond = |error: &FieldError| FieldErrorResponse {
        field: error.field.to_owned(),
        code: error.violation.code().to_owned(),
        message: catalogue.text(locale, message_of(error.violation)).to_owned(),
    };
    errors.iter().map(respond).collect()
}

const fn message_of(violation: Violation) -> Message {
    match violation {
        Violation::Missing => Message::FieldMissing,
        Violation::NotText => Message::FieldNotText,
        Violation::NotAnObject => Message::BodyNotObject,
        Violation::Email(EmailError::TooLong) => Message::EmailTooLong,
        Violation::Email(_) => Message::EmailInvalid,
        Violation::Password(PasswordError::TooShort { .. }) => Message::PasswordTooShort,
        Violation::Password(PasswordError::TooLong { .. }) => Message::PasswordTooLong,
        Violation::Password(PasswordError::ForbiddenCharacter) => Message::PasswordForbiddenCharacter,
    }
}

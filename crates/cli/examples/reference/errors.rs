//! The page of errors.

use std::error::Error;

use actix_web::ResponseError;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use chrono::{TimeZone, Utc};
use ore_domain::Locale;
use ore_domain::{EmailError, Password, PasswordError, PasswordPolicy};
use ore_errors::messages::Catalogue;
use ore_errors::{ApiError, HttpError, Problem, render};
use ore_schemas::{ErrorResponse, FieldError, Violation};

use crate::markdown::{block, code, plain, table};
use crate::page::Parts;
use crate::texts::Texts;

/// Rows of the table that no endpoint answers with yet. A test looks for them in the sources.
pub(crate) const NOT_YET: [Problem; 2] = [Problem::Forbidden, Problem::Conflict];

/// What stands where there is nothing.
const NOTHING: &str = "–";

pub(crate) fn parts(texts: &Texts) -> Result<Parts, Box<dyn Error>> {
    let bodies = Bodies { catalogue: Catalogue::load(PasswordPolicy::default())? };
    let own = texts.locale();
    let (not_yet, given): (Vec<_>, Vec<_>) = sorted_by_status().into_iter().partition(|it| NOT_YET.contains(it));
    Ok(vec![
        ("example", block("json", &bodies.pretty(&Problem::UserAlreadyExists.into(), own)?)),
        ("validation-example", block("json", &bodies.pretty(&two_faulty_fields(), own)?)),
        ("other-example", block("json", &bodies.pretty(&endpoint_error(), own)?)),
        ("given", problem_table(texts, &bodies, &given)?),
        ("given-help", help_table(texts, &given)?),
        ("not-yet", problem_table(texts, &bodies, &not_yet)?),
        ("not-yet-help", help_table(texts, &not_yet)?),
        ("fields", field_table(texts, &bodies)?),
    ])
}

fn sorted_by_status() -> Vec<Problem> {
    let mut problems = Problem::ALL.to_vec();
    problems.sort_by_key(|problem| problem.status());
    problems
}

/// What `error::render` makes of errors.
struct Bodies {
    catalogue: Catalogue,
}

impl Bodies {
    /// Moment and request are made up.
    fn body(&self, error: &ApiError, locale: Locale) -> Option<ErrorResponse> {
        let timestamp = Utc.with_ymd_and_hms(2026, 11, 22, 10, 34, 31).single().unwrap_or_default();
        render(error, &self.catalogue, locale, timestamp, "01a2041e-213a-73b5-8e99-f9bd446c72db")
    }

    fn pretty(&self, error: &ApiError, locale: Locale) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(&self.body(error, locale))
    }

    fn message(&self, error: &ApiError, locale: Locale) -> Result<String, serde_json::Error> {
        let body = serde_json::to_value(self.body(error, locale))?;
        Ok(body["message"].as_str().map_or_else(|| NOTHING.to_owned(), plain))
    }
}

fn two_faulty_fields() -> ApiError {
    let too_short = PasswordError::TooShort { minimum: PasswordPolicy::default().min_length };
    ApiError::Validation(vec![
        FieldError { field: "email", violation: Violation::Email(EmailError::Malformed) },
        FieldError { field: "password", violation: Violation::Password(too_short) },
    ])
}

fn endpoint_error() -> ApiError {
    HttpError::new(StatusCode::GONE, "The run has ended").into()
}

fn problem_table(texts: &Texts, bodies: &Bodies, problems: &[Problem]) -> Result<String, Box<dyn Error>> {
    let head = texts.texts([
        "column-status",
        "column-error-code",
        "column-reason",
        "column-message-chinese",
        "column-message-english",
        "column-headers",
    ])?;
    let mut rows = Vec::new();
    for problem in problems {
        let error = ApiError::from(*problem);
        let has_body = bodies.body(&error, Locale::En).is_some();
        rows.push(vec![
            problem.status().as_u16().to_string(),
            if has_body { code(problem.error_code()) } else { texts.text("no-body")? },
            problem.reason().map_or_else(|| NOTHING.to_owned(), code),
            bodies.message(&error, Locale::ZhCn)?,
            bodies.message(&error, Locale::En)?,
            headers(*problem),
        ]);
    }
    Ok(table(&head, &rows))
}

fn help_table(texts: &Texts, problems: &[Problem]) -> Result<String, String> {
    let head = texts.texts(["column-error", "column-when", "column-what-to-do"])?;
    let row = |problem: &Problem| {
        let name = problem.reason().unwrap_or(problem.error_code());
        Ok(vec![
            format!("{} {}", problem.status().as_u16(), code(name)),
            texts.text(&format!("when-{problem:?}"))?,
            texts.text(&format!("do-{problem:?}"))?,
        ])
    };
    Ok(table(&head, &problems.iter().map(row).collect::<Result<Vec<_>, String>>()?))
}

/// The headers that come with the problem, each with the values that it can have.
fn headers(problem: Problem) -> String {
    let variants = match problem {
        Problem::Unauthorized => vec![problem.into(), ApiError::InvalidToken("a bad token".into())],
        Problem::MethodNotAllowed => vec![ApiError::MethodNotAllowed(vec![Method::GET, Method::HEAD])],
        other => vec![other.into()],
    };
    let headers: Vec<String> = variants.iter().flat_map(headers_of).collect();
    if headers.is_empty() { NOTHING.to_owned() } else { headers.join("<br>") }
}

fn headers_of(error: &ApiError) -> Vec<String> {
    let response = error.error_response();
    let header = |(name, value): (&HeaderName, &HeaderValue)| {
        code(&format!("{}: {}", spelling(name.as_str()), value.to_str().unwrap_or_default()))
    };
    let mut headers: Vec<String> = response.headers().iter().map(header).collect();
    if response.head().connection_type() == ConnectionType::Close {
        headers.push(code("Connection: close"));
    }
    headers
}

/// A field name as RFC 9110 writes it.
fn spelling(name: &str) -> String {
    if name == "www-authenticate" {
        return "WWW-Authenticate".to_owned();
    }
    let capital = |word: &str| word.get(..1).map(str::to_uppercase).unwrap_or_default() + word.get(1..).unwrap_or("");
    name.split('-').map(capital).collect::<Vec<_>>().join("-")
}

/// One violation for each code.
fn violations() -> [Violation; 31] {
    [
        Violation::NotAnObject,
        Violation::Missing,
        Violation::NotText,
        Violation::TextTooShort,
        Violation::TextTooLong,
        Violation::TextForbiddenCharacter,
        Violation::NotAnInteger,
        Violation::NotABoolean,
        Violation::NotATimestamp,
        Violation::NotAUuid,
        Violation::Email(EmailError::Malformed),
        Violation::UnknownLocale,
        Violation::CodeInvalid,
        Violation::OneProofOnly,
        Violation::NotAList,
        Violation::RoleNameInvalid,
        Violation::UnknownRole,
        Violation::TooManyRoles,
        Violation::UnknownPermission,
        Violation::UnknownOutcome,
        Violation::UnknownParameter,
        Violation::RepeatedParameter,
        Violation::OutOfRange,
        Violation::UnknownSort,
        Violation::CursorInvalid,
        Violation::SinceInvalid,
        Violation::Email(EmailError::TooLong),
        Violation::Password(PasswordError::TooShort { minimum: PasswordPolicy::default().min_length }),
        Violation::Password(PasswordError::TooCommon),
        Violation::Password(PasswordError::TooLong { maximum: Password::MAX_BYTES }),
        Violation::Password(PasswordError::ForbiddenCharacter),
    ]
}

/// Names every violation, so that a new one does not compile until it is on the page.
const fn explanation(violation: Violation) -> &'static str {
    match violation {
        Violation::NotAnObject => "field-not-an-object",
        Violation::Missing => "field-missing",
        Violation::NotText => "field-not-text",
        Violation::TextTooShort => "field-text-too-short",
        Violation::TextTooLong => "field-text-too-long",
        Violation::TextForbiddenCharacter => "field-text-forbidden-character",
        Violation::NotAnInteger => "field-not-an-integer",
        Violation::NotABoolean => "field-not-a-boolean",
        Violation::NotATimestamp => "field-not-a-timestamp",
        Violation::NotAUuid => "field-not-a-uuid",
        Violation::UnknownLocale => "field-locale-unknown",
        Violation::CodeInvalid => "field-code-invalid",
        Violation::OneProofOnly => "field-one-proof-only",
        Violation::NotAList => "field-not-a-list",
        Violation::RoleNameInvalid => "field-role-name-invalid",
        Violation::UnknownRole => "field-role-unknown",
        Violation::TooManyRoles => "field-roles-too-long",
        Violation::UnknownPermission => "field-permission-unknown",
        Violation::UnknownOutcome => "field-outcome-unknown",
        Violation::UnknownParameter => "field-parameter-unknown",
        Violation::RepeatedParameter => "field-parameter-repeated",
        Violation::OutOfRange => "field-out-of-range",
        Violation::UnknownSort => "field-sort-unknown",
        Violation::CursorInvalid => "field-cursor-invalid",
        Violation::SinceInvalid => "field-since-invalid",
        Violation::Email(EmailError::TooLong) => "field-email-too-long",
        Violation::Email(
            EmailError::Malformed
            | EmailError::InvisibleCharacter
            | EmailError::InvalidDomain
            | EmailError::MixedScripts,
        ) => "field-email-invalid",
        Violation::Password(PasswordError::TooShort { .. }) => "field-password-too-short",
        Violation::Password(PasswordError::TooCommon) => "field-password-too-common",
        Violation::Password(PasswordError::TooLong { .. }) => "field-password-too-long",
        Violation::Password(PasswordError::ForbiddenCharacter) => "field-password-forbidden-character",
    }
}

fn field_table(texts: &Texts, bodies: &Bodies) -> Result<String, Box<dyn Error>> {
    let head = texts.texts(["column-field-code", "column-message-chinese", "column-message-english", "column-when"])?;
    let mut rows = Vec::new();
    for violation in violations() {
        let error = ApiError::Validation(vec![FieldError { field: "field", violation }]);
        rows.push(vec![
            code(violation.code()),
            bodies.message(&error, Locale::ZhCn)?,
            bodies.message(&error, Locale::En)?,
            texts.text(explanation(violation))?,
        ]);
    }
    Ok(table(&head, &rows))
}

use actix_web::http::StatusCode;

use crate::messages::Message;

/// Everything that this service answers with instead of success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Some spelling of the address has an account.
    UserAlreadyExists,
    /// Unknown address, wrong password or disabled account.
    InvalidCredentials,
    /// The code of a second factor is wrong, or was used before.
    InvalidCode,
    /// The token stands for no log-in that lacks its second factor.
    InvalidMfaToken,
    /// What the user has shown is not enough.
    ProofIncomplete,
    /// The user must have a second factor, and this is the last one.
    MfaIsRequired,
    /// The token from a mail is not valid.
    InvalidMailToken,
    /// The passkey or the ceremony is not valid.
    InvalidPasskey,
    /// The user has as many passkeys as one may have.
    TooManyPasskeys,
    /// Without this user nobody could administer the service.
    LastAdmin,
    /// The role is always there and always the same.
    RoleIsBuiltIn,
    /// There is a role of this name.
    RoleAlreadyExists,
    /// The request contradicts itself.
    BadRequest,
    /// The body is not JSON that every reader understands alike.
    InvalidJson,
    /// No credentials, or bad ones.
    Unauthorized,
    /// The credentials do not suffice.
    Forbidden,
    /// Plain HTTP, where only HTTPS is served.
    HttpsRequired,
    /// The credentials are of no session.
    SessionRequired,
    /// The caller is a service account, and the call is about a user.
    NotAUser,
    /// The caller lacks a permission.
    MissingPermission,
    /// The user has a second factor to show.
    MfaRequired,
    /// The user has to get a second factor first.
    MfaEnrolmentRequired,
    /// The settings lack what the call needs.
    NotConfigured,
    /// Somebody acts in place of the user, and the call is for users themselves.
    Impersonated,
    /// Nobody may act as this user: it is the caller, or somebody who is disabled.
    NotImpersonable,
    /// A page of another site made a call that rests on a cookie.
    CrossSite,
    /// Only the user of the link can use it.
    SignInToVerify,
    /// The address was never shown to be the user's.
    EmailNotVerified,
    /// The address may not have an account, or nobody registers.
    RegistrationClosed,
    /// No such route.
    NotFound,
    /// The route has other methods.
    MethodNotAllowed,
    /// The body did not come in time.
    RequestTimeout,
    /// The body is too large.
    PayloadTooLarge,
    /// The body is of another type, or encoded.
    UnsupportedMediaType,
    /// Somebody else changed the same thing meanwhile.
    Conflict,
    /// The same call is being carried out.
    CallRunning,
    /// The thing is not as `If-Match` says.
    PreconditionFailed,
    /// The change needs `If-Match`.
    PreconditionRequired,
    /// Fields of the body are not valid.
    ValidationFailed,
    /// The key of the call was used with another body.
    IdempotencyKeyReused,
    /// Too many requests.
    RateLimited,
    /// The request head is too large.
    HeadTooLarge,
    /// Our fault.
    InternalError,
    /// Overloaded, ending, or without its database.
    Unavailable,
}

/// The visible form of a problem.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) status: StatusCode,
    pub(crate) error_code: &'static str,
    pub(crate) reason: Option<&'static str>,
    pub(crate) message: Message,
}

impl Problem {
    /// Every problem, in the order of its declaration.
    pub const ALL: &'static [Self] = &[
        Self::UserAlreadyExists,
        Self::InvalidCredentials,
        Self::InvalidCode,
        Self::InvalidMfaToken,
        Self::ProofIncomplete,
        Self::MfaIsRequired,
        Self::InvalidMailToken,
        Self::InvalidPasskey,
        Self::TooManyPasskeys,
        Self::LastAdmin,
        Self::RoleIsBuiltIn,
        Self::RoleAlreadyExists,
        Self::BadRequest,
        Self::InvalidJson,
        Self::Unauthorized,
        Self::Forbidden,
        Self::HttpsRequired,
        Self::SessionRequired,
        Self::NotAUser,
        Self::MissingPermission,
        Self::MfaRequired,
        Self::MfaEnrolmentRequired,
        Self::NotConfigured,
        Self::Impersonated,
        Self::NotImpersonable,
        Self::CrossSite,
        Self::SignInToVerify,
        Self::EmailNotVerified,
        Self::RegistrationClosed,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::Conflict,
        Self::CallRunning,
        Self::PreconditionFailed,
        Self::PreconditionRequired,
        Self::ValidationFailed,
        Self::IdempotencyKeyReused,
        Self::RateLimited,
        Self::HeadTooLarge,
        Self::InternalError,
        Self::Unavailable,
    ];

    /// The status of the answer.
    pub const fn status(self) -> StatusCode {
        self.row().status
    }

    /// The code for programs.
    pub const fn error_code(self) -> &'static str {
        self.row().error_code
    }

    /// The rule that was broken, where several have one code.
    pub const fn reason(self) -> Option<&'static str> {
        self.row().reason
    }

    /// The message for people.
    pub const fn message(self) -> Message {
        self.row().message
    }

    pub(crate) const fn row(self) -> Row {
        match self {
            Self::UserAlreadyExists => business("USER_ALREADY_EXISTS", Message::UserAlreadyExists),
            Self::InvalidCredentials => business("INVALID_CREDENTIALS", Message::InvalidCredentials),
            Self::InvalidCode => business("INVALID_CODE", Message::InvalidCode),
            Self::InvalidMfaToken => business("INVALID_MFA_TOKEN", Message::InvalidMfaToken),
            Self::MfaIsRequired => business("MFA_IS_REQUIRED", Message::MfaIsRequired),
            Self::ProofIncomplete => business("PROOF_INCOMPLETE", Message::ProofIncomplete),
            Self::InvalidMailToken => business("INVALID_TOKEN", Message::InvalidMailToken),
            Self::InvalidPasskey => business("INVALID_PASSKEY", Message::InvalidPasskey),
            Self::TooManyPasskeys => business("TOO_MANY_PASSKEYS", Message::TooManyPasskeys),
            Self::LastAdmin => business("LAST_ADMIN", Message::LastAdmin),
            Self::RoleIsBuiltIn => business("ROLE_IS_BUILT_IN", Message::RoleIsBuiltIn),
            Self::RoleAlreadyExists => business("ROLE_ALREADY_EXISTS", Message::RoleAlreadyExists),
            Self::BadRequest => row(StatusCode::BAD_REQUEST, "BAD_REQUEST", Message::BadRequest),
            Self::InvalidJson => row(StatusCode::BAD_REQUEST, "BAD_REQUEST", Message::InvalidJson),
            Self::Unauthorized => row(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", Message::Unauthorized),
            Self::Forbidden => row(StatusCode::FORBIDDEN, "FORBIDDEN", Message::Forbidden),
            Self::HttpsRequired => forbidden("HTTPS_REQUIRED", Message::HttpsRequired),
            Self::SessionRequired => forbidden("SESSION_REQUIRED", Message::SessionRequired),
            Self::NotAUser => forbidden("NOT_A_USER", Message::NotAUser),
            Self::MissingPermission => forbidden("MISSING_PERMISSION", Message::MissingPermission),
            Self::MfaRequired => forbidden("MFA_REQUIRED", Message::MfaRequired),
            Self::NotConfigured => forbidden("NOT_CONFIGURED", Message::NotConfigured),
            Self::MfaEnrolmentRequired => forbidden("MFA_ENROLMENT_REQUIRED", Message::MfaEnrolmentRequired),
            Self::Impersonated => forbidden("IMPERSONATED", Message::Impersonated),
            Self::NotImpersonable => forbidden("NOT_IMPERSONABLE", Message::NotImpersonable),
            Self::CrossSite => forbidden("CROSS_SITE", Message::CrossSite),
            Self::SignInToVerify => forbidden("SIGN_IN_TO_VERIFY", Message::SignInToVerify),
            Self::EmailNotVerified => forbidden("EMAIL_NOT_VERIFIED", Message::EmailNotVerified),
            Self::RegistrationClosed => forbidden("REGISTRATION_CLOSED", Message::RegistrationClosed),
            Self::NotFound => row(StatusCode::NOT_FOUND, "NOT_FOUND", Message::NotFound),
            Self::MethodNotAllowed => {
                row(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", Message::MethodNotAllowed)
            }
            Self::RequestTimeout => row(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", Message::RequestTimeout),
            Self::PayloadTooLarge => row(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", Message::PayloadTooLarge),
            Self::UnsupportedMediaType => {
                row(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", Message::UnsupportedMediaType)
            }
            Self::Conflict => row(StatusCode::CONFLICT, "CONFLICT", Message::Conflict),
            Self::CallRunning => {
                Row { reason: Some("CALL_RUNNING"), ..row(StatusCode::CONFLICT, "CONFLICT", Message::CallRunning) }
            }
            Self::PreconditionFailed => {
                row(StatusCode::PRECONDITION_FAILED, "PRECONDITION_FAILED", Message::PreconditionFailed)
            }
            Self::PreconditionRequired => {
                row(StatusCode::PRECONDITION_REQUIRED, "PRECONDITION_REQUIRED", Message::PreconditionRequired)
            }
            Self::RateLimited => row(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", Message::RateLimited),
            Self::ValidationFailed => {
                row(StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_ERROR", Message::ValidationFailed)
            }
            Self::IdempotencyKeyReused => Row {
                reason: Some("IDEMPOTENCY_KEY_REUSED"),
                ..row(StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_ERROR", Message::IdempotencyKeyReused)
            },
            Self::HeadTooLarge => {
                row(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "REQUEST_HEADER_FIELDS_TOO_LARGE", Message::BadRequest)
            }
            Self::InternalError => {
                row(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_SERVER_ERROR", Message::InternalError)
            }
            Self::Unavailable => row(StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE", Message::Unavailable),
        }
    }

    /// The problem that a status stands for, where a library answered by itself.
    pub fn of_status(status: StatusCode) -> Option<Self> {
        // The table names several problems of status 400; this one says the least.
        let general = [Self::BadRequest].into_iter().chain(Self::ALL.iter().copied());
        general.into_iter().find(|problem| problem.row().status == status)
    }
}

const fn row(status: StatusCode, error_code: &'static str, message: Message) -> Row {
    Row { status, error_code, reason: None, message }
}

const fn forbidden(reason: &'static str, message: Message) -> Row {
    Row { reason: Some(reason), ..row(StatusCode::FORBIDDEN, "FORBIDDEN", message) }
}

const fn business(reason: &'static str, message: Message) -> Row {
    Row { status: StatusCode::BAD_REQUEST, error_code: "BUSINESS_ERROR", reason: Some(reason), message }
}

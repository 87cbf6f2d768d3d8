//! What each error of the inner layers is in the table.

use ore_domain::{PasswordError, StoreError};
use ore_limits::{LimitError, RateLimited};
use ore_schemas::{BodyError, FieldError, Violation};
use ore_services::{
    AdministrationError, AuthenticateError, ChangeError, CreateAccountError, CreateKeyError, ExchangeError,
    ExternalApiError, FactorError, HashingError, IdempotencyError, IssueTokenError, LastAdmin, LogInError,
    MailTokenError, OpenSessionError, OwnPasswordError, RefreshError, RegistrationClosed, RequestMailError,
    SecondFactorError, SignUpError,
};

use crate::{ApiError, BusinessError, DeclaresProblems, HttpError, OAuthProblem, Problem};

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let problem = match error {
            StoreError::Unavailable(_) => Problem::Unavailable,
            StoreError::Conflict(_) | StoreError::Unreadable(_) | StoreError::Other(_) => Problem::InternalError,
        };
        Self::caused(problem, error)
    }
}

impl From<HashingError> for ApiError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Unavailable { retry_after, .. } => Self::Unavailable { retry_after, cause: error.into() },
            HashingError::Breached => Self::common_password("new_password"),
            HashingError::Failed(_) => Self::caused(Problem::InternalError, error),
        }
    }
}

impl From<ExternalApiError> for ApiError {
    fn from(error: ExternalApiError) -> Self {
        let problem = match error {
            ExternalApiError::Unavailable(_) => Problem::Unavailable,
            // Our call was wrong, or what we expected of it; the client can do nothing about either.
            ExternalApiError::InvalidCall(_) | ExternalApiError::Refused(_) | ExternalApiError::InvalidAnswer(_) => {
                Problem::InternalError
            }
        };
        Self::caused(problem, error)
    }
}

impl From<ChangeError> for ApiError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::NotFound => Problem::NotFound.into(),
            ChangeError::PreconditionFailed => Problem::PreconditionFailed.into(),
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl From<OpenSessionError> for ApiError {
    fn from(error: OpenSessionError) -> Self {
        Self::caused(Problem::InternalError, error)
    }
}

impl From<CreateAccountError> for ApiError {
    fn from(error: CreateAccountError) -> Self {
        match error {
            CreateAccountError::UserAlreadyExists => Problem::UserAlreadyExists.into(),
            CreateAccountError::Hashing(HashingError::Breached) => Self::common_password("password"),
            CreateAccountError::Hashing(error) => error.into(),
            CreateAccountError::Store(error) => error.into(),
        }
    }
}

impl From<SignUpError> for ApiError {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::Closed(error) => error.into(),
            SignUpError::Account(error) => error.into(),
            SignUpError::Session(error) => error.into(),
        }
    }
}

impl DeclaresProblems for SignUpError {
    fn problems() -> Vec<Problem> {
        vec![Problem::UserAlreadyExists, Problem::RegistrationClosed, Problem::Unavailable]
    }
}

impl From<RegistrationClosed> for ApiError {
    fn from(_: RegistrationClosed) -> Self {
        Problem::RegistrationClosed.into()
    }
}

impl From<RequestMailError> for ApiError {
    fn from(error: RequestMailError) -> Self {
        match error {
            RequestMailError::Randomness(error) => Self::caused(Problem::InternalError, error),
            RequestMailError::Store(error) => error.into(),
        }
    }
}

impl DeclaresProblems for RequestMailError {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unavailable]
    }
}

impl From<MailTokenError> for ApiError {
    fn from(error: MailTokenError) -> Self {
        match error {
            MailTokenError::Invalid(_) => Problem::InvalidMailToken.into(),
            MailTokenError::SignInRequired(_) => Problem::SignInToVerify.into(),
            MailTokenError::Throttled { retry_after } => Self::Throttled { retry_after },
            MailTokenError::Randomness(error) => Self::caused(Problem::InternalError, error),
            MailTokenError::PasswordIsAddress => Self::common_password("new_password"),
            MailTokenError::Hashing(error) => error.into(),
            MailTokenError::Store(error) => error.into(),
        }
    }
}

impl DeclaresProblems for MailTokenError {
    fn problems() -> Vec<Problem> {
        vec![Problem::InvalidMailToken, Problem::Unavailable]
    }
}

impl ApiError {
    /// The new password is one that others would try first, since they know its user.
    pub fn common_password(field: &'static str) -> Self {
        Self::Validation(vec![FieldError { field, violation: PasswordError::TooCommon.into() }])
    }

    fn of_roles(violation: Violation) -> Self {
        Self::Validation(vec![FieldError { field: "roles", violation }])
    }
}

impl From<AdministrationError> for ApiError {
    fn from(error: AdministrationError) -> Self {
        match error {
            ended @ AdministrationError::EndedSession => Self::InvalidToken(ended.into()),
            AdministrationError::NotFound => Problem::NotFound.into(),
            AdministrationError::PreconditionFailed => Problem::PreconditionFailed.into(),
            AdministrationError::MissingPermission(permission) => Self::MissingPermission(permission),
            AdministrationError::SessionRequired => Problem::SessionRequired.into(),
            AdministrationError::NotImpersonable => Problem::NotImpersonable.into(),
            AdministrationError::FactorRequired => Problem::MfaIsRequired.into(),
            AdministrationError::LastAdmin => Problem::LastAdmin.into(),
            AdministrationError::UnknownRole => Self::of_roles(Violation::UnknownRole),
            AdministrationError::TooManyRoles => Self::of_roles(Violation::TooManyRoles),
            AdministrationError::RoleAlreadyExists => Problem::RoleAlreadyExists.into(),
            AdministrationError::RoleIsBuiltIn => Problem::RoleIsBuiltIn.into(),
            AdministrationError::NoMail => Problem::NotConfigured.into(),
            AdministrationError::UserAlreadyExists => Problem::UserAlreadyExists.into(),
            AdministrationError::Hashing(error) => error.into(),
            AdministrationError::Session(error) => error.into(),
            AdministrationError::Randomness(error) => Self::caused(Problem::InternalError, error),
            AdministrationError::Store(error) => error.into(),
        }
    }
}

impl DeclaresProblems for AdministrationError {
    fn problems() -> Vec<Problem> {
        vec![
            Problem::UserAlreadyExists,
            Problem::RoleAlreadyExists,
            Problem::RoleIsBuiltIn,
            Problem::LastAdmin,
            Problem::Unavailable,
        ]
    }
}

impl From<CreateKeyError> for ApiError {
    fn from(error: CreateKeyError) -> Self {
        match error {
            ended @ CreateKeyError::EndedSession => Self::InvalidToken(ended.into()),
            CreateKeyError::MissingPermission(permission) => Self::MissingPermission(permission),
            CreateKeyError::Randomness(error) => Self::caused(Problem::InternalError, error),
            CreateKeyError::Store(error) => error.into(),
        }
    }
}

impl DeclaresProblems for CreateKeyError {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unauthorized, Problem::MissingPermission, Problem::Unavailable]
    }
}

impl From<IssueTokenError> for ApiError {
    fn from(error: IssueTokenError) -> Self {
        match error {
            IssueTokenError::InvalidScope => OAuthProblem::InvalidScope.into(),
            IssueTokenError::ExpiredKey => OAuthProblem::InvalidClient.into(),
            IssueTokenError::Token(error) => Self::caused(Problem::InternalError, error),
            IssueTokenError::Store(error) => error.into(),
        }
    }
}

impl From<ExchangeError> for ApiError {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::InvalidSubject => OAuthProblem::InvalidRequest("The subject_token is not valid.").into(),
            ExchangeError::InvalidTarget => OAuthProblem::InvalidTarget.into(),
            ExchangeError::InvalidScope => OAuthProblem::InvalidScope.into(),
            ExchangeError::Token(error) => Self::caused(Problem::InternalError, error),
            ExchangeError::Store(error) => error.into(),
        }
    }
}

impl From<LastAdmin> for ApiError {
    fn from(error: LastAdmin) -> Self {
        match error {
            LastAdmin::Refused => Problem::LastAdmin.into(),
            LastAdmin::Store(error) => error.into(),
        }
    }
}

impl DeclaresProblems for LastAdmin {
    fn problems() -> Vec<Problem> {
        vec![Problem::LastAdmin, Problem::Unavailable]
    }
}

impl From<LogInError> for ApiError {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::InvalidCredentials(_) => Problem::InvalidCredentials.into(),
            LogInError::EmailNotVerified(_) => Problem::EmailNotVerified.into(),
            LogInError::SecondFactorRequired(required) => {
                let methods = required.methods.iter().map(|method| method.name()).collect();
                Self::SecondFactorRequired { token: required.token, methods }
            }
            LogInError::Throttled { retry_after } => Self::Throttled { retry_after },
            LogInError::Hashing(error) => error.into(),
            LogInError::Store(error) => error.into(),
            LogInError::Session(error) => error.into(),
        }
    }
}

impl DeclaresProblems for LogInError {
    fn problems() -> Vec<Problem> {
        vec![Problem::InvalidCredentials, Problem::EmailNotVerified, Problem::MfaRequired, Problem::Unavailable]
    }
}

impl From<FactorError> for ApiError {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::NotConfigured => Problem::NotConfigured.into(),
            FactorError::InvalidCode => Problem::InvalidCode.into(),
            FactorError::NotFound => Problem::NotFound.into(),
            FactorError::Required => Problem::MfaIsRequired.into(),
            ended @ FactorError::EndedSession => Self::InvalidToken(ended.into()),
            FactorError::Sealing(error) => Self::caused(Problem::InternalError, error),
            FactorError::Randomness(error) => Self::caused(Problem::InternalError, error),
            FactorError::Store(error) => error.into(),
        }
    }
}

impl From<SecondFactorError> for ApiError {
    fn from(error: SecondFactorError) -> Self {
        match error {
            SecondFactorError::InvalidToken(_) => Problem::InvalidMfaToken.into(),
            SecondFactorError::InvalidCode(_) => Problem::InvalidCode.into(),
            SecondFactorError::InvalidPasskey(..) => Problem::InvalidPasskey.into(),
            SecondFactorError::NotConfigured => Problem::NotConfigured.into(),
            SecondFactorError::Throttled { retry_after } => Self::Throttled { retry_after },
            SecondFactorError::Sealing(error) => Self::caused(Problem::InternalError, error),
            SecondFactorError::Store(error) => error.into(),
            SecondFactorError::Session(error) => error.into(),
        }
    }
}

impl DeclaresProblems for SecondFactorError {
    fn problems() -> Vec<Problem> {
        vec![
            Problem::InvalidMfaToken,
            Problem::InvalidCode,
            Problem::InvalidPasskey,
            Problem::NotConfigured,
            Problem::Unavailable,
        ]
    }
}

/// The error for a refused refresh token. A cookie that held the token is cleared.
pub fn of_refresh(error: RefreshError, is_cookie: bool) -> ApiError {
    match error {
        RefreshError::Invalid(refusal) => ApiError::InvalidRefreshToken { is_cookie, cause: refusal.into() },
        RefreshError::Store(error) => error.into(),
        RefreshError::Session(error) => error.into(),
    }
}

impl From<OwnPasswordError> for ApiError {
    fn from(error: OwnPasswordError) -> Self {
        match error {
            OwnPasswordError::AddressNotAdmitted(error) => error.into(),
            OwnPasswordError::WrongPassword => Problem::InvalidCredentials.into(),
            OwnPasswordError::InvalidCode => Problem::InvalidCode.into(),
            OwnPasswordError::InvalidPasskey(_) => Problem::InvalidPasskey.into(),
            OwnPasswordError::NotConfigured => Problem::NotConfigured.into(),
            OwnPasswordError::ProofIncomplete => Problem::ProofIncomplete.into(),
            OwnPasswordError::Sealing(error) => Self::caused(Problem::InternalError, error),
            OwnPasswordError::Throttled { retry_after } => Self::Throttled { retry_after },
            ended @ OwnPasswordError::EndedSession => Self::InvalidToken(ended.into()),
            OwnPasswordError::Hashing(error) => error.into(),
            OwnPasswordError::Store(error) => error.into(),
            OwnPasswordError::Session(error) => error.into(),
        }
    }
}

impl DeclaresProblems for OwnPasswordError {
    fn problems() -> Vec<Problem> {
        vec![Problem::InvalidCredentials, Problem::Unavailable]
    }
}

impl From<AuthenticateError> for ApiError {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::Store(error) => error.into(),
            refused => Self::InvalidToken(refused.into()),
        }
    }
}

impl From<IdempotencyError> for ApiError {
    fn from(error: IdempotencyError) -> Self {
        match error {
            IdempotencyError::Running => Problem::CallRunning.into(),
            IdempotencyError::OtherBody => Problem::IdempotencyKeyReused.into(),
            IdempotencyError::Sealing(error) => Self::caused(Problem::InternalError, error),
            IdempotencyError::Store(error) => error.into(),
        }
    }
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::NotJson(fault) => Self::caused(Problem::InvalidJson, fault),
            BodyError::Invalid(errors) => Self::Validation(errors),
        }
    }
}

impl From<BusinessError> for ApiError {
    fn from(error: BusinessError) -> Self {
        Self::Business(error)
    }
}

impl From<HttpError> for ApiError {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}

impl From<RateLimited> for ApiError {
    fn from(limited: RateLimited) -> Self {
        Self::RateLimited(limited)
    }
}

impl From<LimitError> for ApiError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::RateLimited(limited) => limited.into(),
            LimitError::Store(error) => error.into(),
        }
    }
}

use ore_services::PasskeyError;

use crate::{ApiError, DeclaresProblems, Problem};

impl From<PasskeyError> for ApiError {
    fn from(error: PasskeyError) -> Self {
        match error {
            PasskeyError::NotConfigured => Problem::NotConfigured.into(),
            PasskeyError::Invalid(_) => Problem::InvalidPasskey.into(),
            PasskeyError::TooMany => Problem::TooManyPasskeys.into(),
            PasskeyError::NotFound => Problem::NotFound.into(),
            PasskeyError::FactorRequired => Problem::MfaIsRequired.into(),
            ended @ PasskeyError::EndedSession => Self::InvalidToken(ended.into()),
            PasskeyError::EmailNotVerified(_) => Problem::EmailNotVerified.into(),
            PasskeyError::CannotBegin(error) => Self::caused(Problem::InternalError, error),
            PasskeyError::Sealing(error) => Self::caused(Problem::InternalError, error),
            PasskeyError::Randomness(error) => Self::caused(Problem::InternalError, error),
            PasskeyError::Session(error) => error.into(),
            PasskeyError::Store(error) => error.into(),
        }
    }
}

/// The refusals of calls about the caller's own passkeys.
impl DeclaresProblems for PasskeyError {
    fn problems() -> Vec<Problem> {
        vec![
            Problem::InvalidPasskey,
            Problem::TooManyPasskeys,
            Problem::MfaIsRequired,
            Problem::NotConfigured,
            Problem::Unavailable,
        ]
    }
}

use std::error::Error;
use std::fmt;
use std::time::Duration;

use actix_web::http::header::{ALLOW, HeaderName, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, ResponseError};
use ore_domain::{Cause, Permission};
use ore_limits::RateLimited;
use ore_schemas::FieldError;
use ore_security::opaque_token::OpaqueToken;

use crate::retry::retry_seconds;
use crate::set_cookie;
use crate::{BusinessError, HttpError, OAuthProblem, Problem, rate_limited};

/// Why a request was not carried out, in the terms of the one table.
#[derive(Debug)]
pub enum ApiError {
    /// A row of the table, with what the log should know beside it.
    Problem(Problem, Option<Cause>),
    /// Credentials were presented and are bad.
    InvalidToken(Cause),
    /// The user has authenticated too long ago for what is asked.
    ReauthenticationRequired {
        /// How long ago it may have been.
        max_age: Duration,
    },
    /// The password is right, and the user has a second factor to show.
    SecondFactorRequired {
        /// Stands for the log-in.
        token: OpaqueToken,
        /// The possible second factors.
        methods: Vec<&'static str>,
    },
    /// The caller lacks this permission.
    MissingPermission(Permission),
    /// A refresh token was presented and gives nothing.
    InvalidRefreshToken {
        /// Whether it came in the cookie, which is of no more use.
        is_cookie: bool,
        /// For the log.
        cause: Cause,
    },
    /// An endpoint of OAuth refused the request.
    OAuth(OAuthProblem),
    /// Fields of the body are not valid.
    Validation(Vec<FieldError>),
    /// The route has these methods and no others.
    MethodNotAllowed(Vec<Method>),
    /// A limit was passed.
    RateLimited(RateLimited),
    /// Too many attempts at the password of the account failed in a row, whether or not there is such an account.
    Throttled {
        /// When to try again.
        retry_after: Duration,
    },
    /// A resource is short for a while.
    Unavailable {
        /// When to try again.
        retry_after: Duration,
        /// For the log.
        cause: Cause,
    },
    /// A handler panicked; the panic hook has told the log.
    Panicked,
    /// A rule of an endpoint.
    Business(BusinessError),
    /// A status of an endpoint.
    Http(HttpError),
}

impl ApiError {
    /// A problem and what caused it; the cause goes to the log alone.
    pub fn caused(problem: Problem, cause: impl Into<Cause>) -> Self {
        Self::Problem(problem, Some(cause.into()))
    }

    /// The row of the table.
    pub fn problem(&self) -> Option<Problem> {
        match self {
            Self::Problem(problem, _) => Some(*problem),
            Self::InvalidToken(_) | Self::InvalidRefreshToken { .. } | Self::ReauthenticationRequired { .. } => {
                Some(Problem::Unauthorized)
            }
            Self::SecondFactorRequired { .. } => Some(Problem::MfaRequired),
            Self::MissingPermission(_) => Some(Problem::MissingPermission),
            Self::OAuth(problem) => Some(problem.problem()),
            Self::Validation(_) => Some(Problem::ValidationFailed),
            Self::MethodNotAllowed(_) => Some(Problem::MethodNotAllowed),
            Self::RateLimited(_) | Self::Throttled { .. } => Some(Problem::RateLimited),
            Self::Unavailable { .. } => Some(Problem::Unavailable),
            Self::Panicked => Some(Problem::InternalError),
            Self::Business(_) | Self::Http(_) => None,
        }
    }

    /// The cause, which only the log may show.
    pub fn cause(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Problem(_, Some(cause))
            | Self::InvalidToken(cause)
            | Self::InvalidRefreshToken { cause, .. }
            | Self::Unavailable { cause, .. } => Some(cause.as_ref()),
            _ => None,
        }
    }

    /// The headers that a status requires, whoever chose the status.
    fn headers(&self) -> Vec<(HeaderName, String)> {
        let invalid_token = || (WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#.to_owned());
        match (self, self.status_code()) {
            (Self::InvalidToken(_), _) => vec![invalid_token()],
            (Self::ReauthenticationRequired { max_age }, _) => {
                let max_age = max_age.as_secs();
                let challenge = format!(r#"Bearer error="insufficient_user_authentication", max_age={max_age}"#);
                vec![(WWW_AUTHENTICATE, challenge)]
            }
            (Self::OAuth(OAuthProblem::InvalidClient), _) => {
                vec![(WWW_AUTHENTICATE, r#"Basic realm="oauth""#.to_owned())]
            }
            (Self::MissingPermission(_), _) => {
                vec![(WWW_AUTHENTICATE, r#"Bearer error="insufficient_scope""#.to_owned())]
            }
            (Self::InvalidRefreshToken { is_cookie, .. }, _) => {
                let cookie = is_cookie.then(|| (SET_COOKIE, set_cookie::clearing()));
                [invalid_token()].into_iter().chain(cookie).collect()
            }
            (Self::MethodNotAllowed(methods), _) => {
                vec![(ALLOW, methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", "))]
            }
            (Self::RateLimited(limited), _) => rate_limited::headers(limited).into(),
            (Self::Unavailable { retry_after, .. } | Self::Throttled { retry_after }, _) => {
                vec![(RETRY_AFTER, retry_seconds(*retry_after).to_string())]
            }
            (_, StatusCode::UNAUTHORIZED) => vec![(WWW_AUTHENTICATE, "Bearer".to_owned())],
            (Self::Problem(Problem::CallRunning, _), _)
            | (_, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) => {
                vec![(RETRY_AFTER, "1".to_owned())]
            }
            _ => Vec::new(),
        }
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem, None)
    }
}

impl From<OAuthProblem> for ApiError {
    fn from(problem: OAuthProblem) -> Self {
        Self::OAuth(problem)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Business(error) => error.fmt(formatter),
            Self::Http(error) => error.fmt(formatter),
            other => {
                let row = other.problem().unwrap_or(Problem::InternalError).row();
                formatter.write_str(row.reason.unwrap_or(row.error_code))
            }
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Http(error) => error.status,
            Self::Business(_) => StatusCode::BAD_REQUEST,
            other => other.problem().unwrap_or(Problem::InternalError).row().status,
        }
    }

    /// Status and headers; the body needs the language and the id of the request, so the `render_errors` middleware
    /// writes it.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        for header in self.headers() {
            response.insert_header(header);
        }
        // What is left of the request is not read.
        if matches!(self.problem(), Some(Problem::HeadTooLarge | Problem::RequestTimeout)) {
            response.force_close();
        }
        response.finish()
    }
}

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use ore_verifier::Refusal;

/// A request that was refused: it becomes the answer of RFC 6750, section 3, with an empty body.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// The request.
    Refused(Refusal),
    /// There is no `web::Data<Verifier>` in the data of the application: 500.
    NotConfigured,
}

impl<R: Into<Refusal>> From<R> for Rejection {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal.into())
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(formatter),
            Self::NotConfigured => formatter.write_str("the application has no web::Data<Verifier>"),
        }
    }
}

impl std::error::Error for Rejection {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::NotConfigured => None,
        }
    }
}

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::UNAUTHORIZED),
            Self::NotConfigured => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        if let Self::Refused(refusal) = self {
            let headers = response.headers_mut();
            if let Some(challenge) = refusal.challenge().and_then(|text| HeaderValue::try_from(text).ok()) {
                headers.insert(WWW_AUTHENTICATE, challenge);
            }
            if let Some(pause) = refusal.retry_after() {
                headers.insert(RETRY_AFTER, HeaderValue::from(pause.as_secs()));
            }
        }
        response
    }
}

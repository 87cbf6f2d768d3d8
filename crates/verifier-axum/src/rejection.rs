use std::fmt;

use axum_core::response::{IntoResponse, Response};
use http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response as HttpResponse, StatusCode};
use ore_verifier::Refusal;

/// A request that was refused: it becomes the answer of RFC 6750, section 3, with an empty body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection(pub Refusal);

impl<R: Into<Refusal>> From<R> for Rejection {
    fn from(refusal: R) -> Self {
        Self(refusal.into())
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for Rejection {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        answer(&self.0)
    }
}

pub(crate) fn answer<B: Default>(refusal: &Refusal) -> HttpResponse<B> {
    let mut response = HttpResponse::new(B::default());
    *response.status_mut() = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let challenge = refusal.challenge().and_then(|challenge| HeaderValue::try_from(challenge).ok());
    response.headers_mut().extend(challenge.map(|challenge| (WWW_AUTHENTICATE, challenge)));
    let pause = refusal.retry_after().map(|pause| HeaderValue::from(pause.as_secs()));
    response.headers_mut().extend(pause.map(|pause| (RETRY_AFTER, pause)));
    response
}

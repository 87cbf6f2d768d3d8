use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest};

use super::CurrentSession;
use crate::error::{ApiError, Problem, Refuses};

/// As [`CurrentSession`], or `None` for a request without credentials.
pub struct OptionalSession(pub Option<CurrentSession>);

impl FromRequest for OptionalSession {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !request.headers().contains_key(AUTHORIZATION) {
            return Box::pin(async { Ok(Self(None)) });
        }
        let session = CurrentSession::from_request(request, payload);
        Box::pin(async move { session.await.map(|session| Self(Some(session))) })
    }
}

impl Refuses for OptionalSession {
    fn problems() -> Vec<Problem> {
        CurrentSession::problems()
    }
}

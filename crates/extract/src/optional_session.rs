use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_errors::{ApiError, DeclaresProblems, Problem};

use crate::CurrentSession;
use crate::current_user::has_credentials;

/// As [`CurrentSession`], or nobody for a request without credentials.
pub struct OptionalSession(pub Option<CurrentSession>);

impl FromRequest for OptionalSession {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let session = if has_credentials(&request) { Some(CurrentSession::extract(&request).await?) } else { None };
            Ok(Self(session))
        })
    }
}

impl DeclaresProblems for OptionalSession {
    fn problems() -> Vec<Problem> {
        CurrentSession::problems()
    }
}

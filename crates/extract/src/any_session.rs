use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_errors::{ApiError, DeclaresProblems, Problem};

use crate::CurrentSession;

/// As [`CurrentSession`], also for somebody who acts in place of the user: for what changes no credential.
pub struct AnySession(pub CurrentSession);

impl FromRequest for AnySession {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { CurrentSession::of(&request).await.map(Self) })
    }
}

impl DeclaresProblems for AnySession {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unauthorized, Problem::SessionRequired, Problem::Unavailable]
    }
}

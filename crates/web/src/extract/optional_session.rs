use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};

use super::CurrentSession;
use super::current_user::has_credentials;
use crate::error::{Problem, Refuses};

/// As [`InSession`](super::InSession), or without a session for a request without credentials.
pub struct OptionalSession<T>(pub Option<CurrentSession>, pub T);

impl<T: FromRequest<Error: Into<Error>> + 'static> FromRequest for OptionalSession<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let session = if has_credentials(&request) {
                Some(CurrentSession::from_request(&request, &mut Payload::None).await?)
            } else {
                None
            };
            let rest = T::from_request(&request, &mut payload).await.map_err(Into::into)?;
            Ok(Self(session, rest))
        })
    }
}

impl<T: Refuses> Refuses for OptionalSession<T> {
    fn problems() -> Vec<Problem> {
        <(CurrentSession, T)>::problems()
    }
}

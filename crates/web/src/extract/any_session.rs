use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};

use super::CurrentSession;
use crate::error::{Problem, Refuses};

/// As [`InSession`](super::InSession), also for somebody who acts in place of the user: for what changes no credential.
pub struct AnySession<T = ()>(pub CurrentSession, pub T);

impl<T: FromRequest<Error: Into<Error>> + 'static> FromRequest for AnySession<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let session = CurrentSession::of(&request).await?;
            let rest = T::from_request(&request, &mut payload).await.map_err(Into::into)?;
            Ok(Self(session, rest))
        })
    }
}

impl<T: Refuses> Refuses for AnySession<T> {
    fn problems() -> Vec<Problem> {
        let mut problems = vec![Problem::Unauthorized, Problem::SessionRequired];
        problems.extend(T::problems());
        problems.push(Problem::Unavailable);
        problems
    }
}

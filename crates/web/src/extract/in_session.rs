use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};

use super::CurrentSession;
use crate::error::{Problem, Refuses};

/// As [`CurrentSession`], together with what else the handler needs, which is looked at once the session is known.
pub struct InSession<T>(pub CurrentSession, pub T);

impl<T: FromRequest<Error: Into<Error>> + 'static> FromRequest for InSession<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let session = CurrentSession::from_request(&request, &mut Payload::None).await?;
            let rest = T::from_request(&request, &mut payload).await.map_err(Into::into)?;
            Ok(Self(session, rest))
        })
    }
}

impl<T: Refuses> Refuses for InSession<T> {
    fn problems() -> Vec<Problem> {
        <(CurrentSession, T)>::problems()
    }
}

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::Poll;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};
use futures_util::poll;
use ore_errors::{Problem, Refuses};

/// Who calls, and what else the handler needs, which is looked at once that is known: who may not call learns nothing of what
/// a request should look like or of what is there, and no body of theirs is read.
///
/// A body may come long after its head. Where the rest had to be waited for, the caller is looked at again.
pub struct By<C, T>(pub C, pub T);

impl<C, T> FromRequest for By<C, T>
where
    C: FromRequest<Error: Into<Error>> + 'static,
    T: FromRequest<Error: Into<Error>> + 'static,
{
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let mut caller = C::extract(&request).await.map_err(Into::into)?;
            let mut rest = pin!(T::from_request(&request, &mut payload));
            let rest = match poll!(rest.as_mut()) {
                Poll::Ready(rest) => rest,
                Poll::Pending => {
                    let rest = rest.await;
                    caller = C::extract(&request).await.map_err(Into::into)?;
                    rest
                }
            };
            Ok(Self(caller, rest.map_err(Into::into)?))
        })
    }
}

impl<C: Refuses, T: Refuses> Refuses for By<C, T> {
    fn problems() -> Vec<Problem> {
        <(C, T)>::problems()
    }
}

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::Poll;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};
use futures_util::poll;
use ore_errors::{DeclaresProblems, Problem};

/// The caller `C`, and the rest `T` of the request, which is read only after the caller was accepted. So a caller who
/// is refused learns nothing about the form of a request or about existing objects, and no body of theirs is read.
///
/// A body may come long after its head. If the rest had to be awaited, the caller is checked again.
pub struct Authorized<C, T>(pub C, pub T);

impl<C, T> FromRequest for Authorized<C, T>
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

impl<C: DeclaresProblems, T: DeclaresProblems> DeclaresProblems for Authorized<C, T> {
    fn problems() -> Vec<Problem> {
        <(C, T)>::problems()
    }
}

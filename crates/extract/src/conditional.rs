use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_schemas::RequestBody;
use ore_web::etag::IfMatch;

use crate::Body;

/// A change of an object. `If-Match` and the body are judged only after the object was found: a missing object is 404,
/// whatever else is wrong; then come 428, 412 and 422.
pub struct ConditionalUpdate<T> {
    if_match: Result<IfMatch, ApiError>,
    body: Result<T, ApiError>,
}

impl<T> ConditionalUpdate<T> {
    /// The condition and the body, for an object that has this tag now.
    ///
    /// # Errors
    /// [`Problem::PreconditionRequired`], [`Problem::PreconditionFailed`], and those of [`Body`], in this order.
    pub fn check(self, etag: &str) -> Result<(IfMatch, T), ApiError> {
        let if_match = self.if_match?;
        if !if_match.admits(etag) {
            return Err(Problem::PreconditionFailed.into());
        }
        Ok((if_match, self.body?))
    }
}

impl<T: RequestBody + 'static> FromRequest for ConditionalUpdate<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (if_match, body) = (IfMatch::of(request), Body::<T>::from_request(request, payload));
        Box::pin(async move { Ok(Self { if_match, body: body.await.map(|Body(body)| body) }) })
    }
}

impl<T> DeclaresProblems for ConditionalUpdate<T> {
    fn problems() -> Vec<Problem> {
        let mut problems = ConditionalDelete::problems();
        problems.extend(Body::<T>::problems());
        problems
    }
}

/// The removal of an object. `If-Match` is judged only after the object was found.
pub struct ConditionalDelete(Result<IfMatch, ApiError>);

impl ConditionalDelete {
    /// The condition, for an object that has this tag now.
    ///
    /// # Errors
    /// [`Problem::PreconditionRequired`], [`Problem::PreconditionFailed`].
    pub fn check(self, etag: &str) -> Result<IfMatch, ApiError> {
        let if_match = self.0?;
        if if_match.admits(etag) { Ok(if_match) } else { Err(Problem::PreconditionFailed.into()) }
    }
}

impl FromRequest for ConditionalDelete {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Ok(Self(IfMatch::of(request))))
    }
}

impl DeclaresProblems for ConditionalDelete {
    fn problems() -> Vec<Problem> {
        vec![Problem::PreconditionRequired, Problem::PreconditionFailed]
    }
}

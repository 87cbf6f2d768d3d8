use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_TYPE, TRANSFER_ENCODING};
use actix_web::{FromRequest, HttpRequest};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_schemas::RequestBody;
use ore_transport::announced_bytes;

use crate::Body;

/// As [`Body`], or `None` for a request without one.
pub struct OptionalBody<T>(pub Option<T>);

impl<T: RequestBody + 'static> FromRequest for OptionalBody<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !has_body(request) {
            return Box::pin(async { Ok(Self(None)) });
        }
        let body = Body::<T>::from_request(request, payload);
        Box::pin(async move { body.await.map(|Body(body)| Self(Some(body))) })
    }
}

/// A type of content announces one, even if it turns out to be empty.
fn has_body(request: &HttpRequest) -> bool {
    let headers = request.headers();
    headers.contains_key(CONTENT_TYPE)
        || headers.contains_key(TRANSFER_ENCODING)
        || announced_bytes(headers).is_some_and(|bytes| bytes > 0)
}

impl<T> DeclaresProblems for OptionalBody<T> {
    fn problems() -> Vec<Problem> {
        Body::<T>::problems()
    }
}

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use ore_schemas::{RequestBody, parse_body};

use crate::error::{ApiError, Problem, Refuses};
use crate::server::Exchange;
use crate::state::ApiState;

/// The most bytes of a body.
pub(crate) const MAX_BODY_BYTES: u64 = 64 * 1024;

/// A JSON body whose every field is valid.
pub struct Body<T>(pub T);

impl<T: RequestBody + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            require_json(&request)?;
            let bytes = read(&request, payload).await?;
            let state = request.app_data::<Data<ApiState>>().ok_or(Problem::InternalError)?;
            Ok(Self(parse_body(&bytes, &state.body_rules)?))
        })
    }
}

impl<T> Refuses for Body<T> {
    fn problems() -> Vec<Problem> {
        vec![
            Problem::UnsupportedMediaType,
            Problem::PayloadTooLarge,
            Problem::RequestTimeout,
            Problem::InvalidJson,
            Problem::ValidationFailed,
        ]
    }
}

fn require_json(request: &HttpRequest) -> Result<(), ApiError> {
    let Ok(Some(mime)) = request.mime_type() else { return Err(Problem::UnsupportedMediaType.into()) };
    let is_json = mime.subtype() == "json" || mime.suffix().is_some_and(|suffix| suffix == "json");
    if mime.type_() == "application" && is_json { Ok(()) } else { Err(Problem::UnsupportedMediaType.into()) }
}

async fn read(request: &HttpRequest, mut payload: Payload) -> Result<Bytes, ApiError> {
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced.and_then(|text| text.parse::<u64>().ok()).is_some_and(|bytes| bytes > MAX_BODY_BYTES) {
        return Err(Problem::PayloadTooLarge.into());
    }
    let payload = web::Payload::from_request(request, &mut payload);
    let payload = payload.await.map_err(|error| ApiError::caused(Problem::InternalError, error.to_string()))?;
    match payload.to_bytes_limited(usize::try_from(MAX_BODY_BYTES).unwrap_or(usize::MAX)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) if is_late(request) => Err(Problem::RequestTimeout.into()),
        Ok(Err(error)) => Err(ApiError::caused(Problem::BadRequest, error.to_string())),
        Err(_) => Err(Problem::PayloadTooLarge.into()),
    }
}

/// Whether the body was cut by its deadline, which the connection keeps.
fn is_late(request: &HttpRequest) -> bool {
    request.conn_data::<Rc<Exchange>>().is_some_and(|exchange| exchange.body_is_late())
}

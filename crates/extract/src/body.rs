use std::future::Future;
use std::io;
use std::pin::{Pin, pin};

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::mime::Mime;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_schemas::{RequestBody, parse_body};
use ore_transport::{MAX_BODY_BYTES, announced_bytes};
use ore_web::state::ApiState;

use crate::wiped_buffer::WipedBuffer;

/// A JSON body whose every field is valid.
pub struct Body<T>(pub T);

impl<T: RequestBody + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = read_json(&request, payload).await?;
            let state = request.app_data::<Data<ApiState>>().ok_or(Problem::InternalError)?;
            Ok(Self(parse_body(&bytes, &state.body_rules)?))
        })
    }
}

impl<T> DeclaresProblems for Body<T> {
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

/// The body of a request that says that it is JSON.
pub(crate) async fn read_json(request: &HttpRequest, payload: Payload) -> Result<WipedBuffer, ApiError> {
    require_json(request)?;
    read(request, payload).await
}

fn require_json(request: &HttpRequest) -> Result<(), ApiError> {
    let mut types = request.headers().get_all(CONTENT_TYPE);
    let is_json = types.next().and_then(|value| value.to_str().ok()).is_some_and(is_json);
    if is_json && types.next().is_none() { Ok(()) } else { Err(Problem::UnsupportedMediaType.into()) }
}

/// Judged without its parameters, around which white space may stand (RFC 9110, 5.6.6): JSON has none, and a `charset`
/// changes nothing (RFC 8259, 11).
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim_matches([' ', '\t']);
    let Ok(essence) = essence.parse::<Mime>() else { return false };
    let is_json = essence.subtype() == "json" || essence.suffix().is_some_and(|suffix| suffix == "json");
    essence.type_() == "application" && is_json
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Judged without its parameters, of which a form has none that counts.
pub(crate) fn require_form(request: &HttpRequest) -> Result<(), ApiError> {
    let mut types = request.headers().get_all(CONTENT_TYPE);
    let essence = types.next().and_then(|value| value.to_str().ok()).and_then(|value| value.split(';').next());
    let is_form = essence.is_some_and(|essence| essence.trim_matches([' ', '\t']).eq_ignore_ascii_case(FORM));
    if is_form && types.next().is_none() { Ok(()) } else { Err(Problem::UnsupportedMediaType.into()) }
}

/// Into memory of ours that is wiped, since a body may hold a password.
pub(crate) async fn read(request: &HttpRequest, payload: Payload) -> Result<WipedBuffer, ApiError> {
    if announced_bytes(request.headers()).is_some_and(|bytes| bytes > MAX_BODY_BYTES) {
        return Err(Problem::PayloadTooLarge.into());
    }
    let (mut payload, mut body) = (pin!(payload), WipedBuffer::default());
    while let Some(part) = payload.next().await {
        match part {
            Ok(bytes) if (body.len() + bytes.len()) as u64 > MAX_BODY_BYTES => {
                return Err(Problem::PayloadTooLarge.into());
            }
            Ok(bytes) => body.extend(&bytes),
            Err(error) if is_late(&error) => return Err(Problem::RequestTimeout.into()),
            Err(error) => return Err(ApiError::caused(Problem::BadRequest, error.to_string())),
        }
    }
    Ok(body)
}

/// Whether the body was cut by its deadline, which the connection keeps.
fn is_late(error: &PayloadError) -> bool {
    matches!(error, PayloadError::Incomplete(Some(cause)) if cause.kind() == io::ErrorKind::TimedOut)
}

use std::rc::Rc;

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};

use super::credentials::concerns_credentials;
use crate::context::{REQUEST_ID, RequestContext};
use crate::metrics::{Metrics, Observation};
use crate::state::ApiState;

const PROCESS_TIME: HeaderName = HeaderName::from_static("x-process-time");

/// Outermost: gives the request its context, and tells the client and the metrics how it went.
pub(crate) async fn observe(
    state: Data<ApiState>,
    metrics: Data<Metrics>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let context = Rc::new(RequestContext::begin(&request, state.default_locale));
    request.extensions_mut().insert(Rc::clone(&context));
    let request_bytes = content_length(&request);
    let mut response = next.call(request).await?;
    let duration = context.started.elapsed();
    let request = response.request();
    metrics.http.observe(&Observation {
        route: request.match_pattern().as_deref(),
        method: request.method(),
        status: response.status(),
        duration,
        request_bytes,
        response_bytes: size_of(response.response().body()),
    });
    // Finer would tell an attacker how long comparing a password took.
    let is_coarse = request.method() == Method::POST && concerns_credentials(request.path());
    let seconds = duration.as_secs_f64();
    let process_time = if is_coarse { format!("{seconds:.3}") } else { format!("{seconds:.6}") };
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&process_time) {
        headers.insert(PROCESS_TIME, value);
    }
    if let Ok(value) = HeaderValue::from_str(&context.id) {
        headers.insert(REQUEST_ID, value);
    }
    Ok(response)
}

fn content_length(request: &ServiceRequest) -> u64 {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    length.and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn size_of(body: &impl MessageBody) -> u64 {
    match body.size() {
        BodySize::Sized(bytes) => bytes,
        BodySize::None | BodySize::Stream => 0,
    }
}

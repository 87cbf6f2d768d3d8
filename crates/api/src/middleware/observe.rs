use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};

use super::compression::PlainSize;
use crate::context::RequestContext;
use crate::extract::MAX_BODY_BYTES;
use crate::metrics::{Metrics, Observation};
use crate::state::ApiState;

/// Outermost: gives the request its context, and tells the metrics how it went.
pub(crate) async fn observe(
    state: Data<ApiState>,
    metrics: Data<Metrics>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let context = Rc::new(RequestContext::begin(&request, state.default_locale, &state.trusted_proxies));
    request.extensions_mut().insert(Rc::clone(&context));
    let request_bytes = body_bytes(&request);
    let response = next.call(request).await?;
    let request = response.request();
    metrics.http.observe(&Observation {
        route: request.match_pattern().as_deref(),
        method: request.method(),
        status: response.status(),
        duration: context.started.elapsed(),
        request_bytes,
        response_bytes: PlainSize::of(response.response().body(), request),
    });
    Ok(response)
}

/// What the head announces, but no more than is ever read: a client can announce anything.
fn body_bytes(request: &ServiceRequest) -> u64 {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced: u64 = length.and_then(|text| text.parse().ok()).unwrap_or_default();
    announced.min(MAX_BODY_BYTES)
}

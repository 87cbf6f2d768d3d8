use std::rc::Rc;

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use tracing::Instrument;

use super::{address_limit, compression, log_headers, plain_http, render_errors, response_headers, unsafe_requests};
use crate::context::RequestContext;
use crate::error::{ApiError, Problem};
use crate::extract::MAX_BODY_BYTES;
use crate::https_rule::Verdict;
use crate::metrics::{Metrics, Observation};
use crate::state::ApiState;
use crate::telemetry;

/// What we do to every request around what libraries do, in two steps; one for each worker.
///
/// Two, because CORS stands between them, and no more: each layer of the application costs every request a future on the
/// heap.
pub(crate) struct Pipeline {
    state: Data<ApiState>,
    metrics: Data<Metrics>,
    logs_headers: bool,
}

impl Pipeline {
    /// With the parts of the application.
    pub(crate) fn new(state: Data<ApiState>, metrics: Data<Metrics>, logs_headers: bool) -> Rc<Self> {
        Rc::new(Self { state, metrics, logs_headers })
    }

    /// Outermost: gives the request its context and its span, the answer its headers, and tells the log and the metrics
    /// how it went.
    pub(crate) async fn observe(
        self: Rc<Self>,
        request: ServiceRequest,
        next: Next<impl MessageBody + 'static>,
    ) -> Result<ServiceResponse, Error> {
        let state = &self.state;
        let context = Rc::new(RequestContext::begin(&request, state.default_locale, &state.trusted_proxies));
        request.extensions_mut().insert(Rc::clone(&context));
        let request_bytes = body_bytes(&request);
        let span = if state.sends_traces {
            telemetry::traced_request_span(&request, &context)
        } else {
            telemetry::request_span(&context.id)
        };
        if self.logs_headers {
            span.in_scope(|| log_headers::write("Request headers", request.headers()));
        }
        let response = self.answer(request, next).instrument(span.clone()).await?;
        let response_bytes = plain_bytes(&response);
        let mut response = compression::compress(response);
        let route = context.route(response.request());
        response_headers::complete(&mut response, &context, route.as_deref(), state.readiness.is_draining());
        if self.logs_headers {
            span.in_scope(|| log_headers::write("Response headers", response.headers()));
        }
        if state.sends_traces {
            telemetry::end_traced_request(&span, response.request().method(), route.as_deref(), response.status());
        }
        telemetry::log_access(&span, response.request(), response.status(), &context);
        self.metrics.http.observe(&Observation {
            route: route.as_deref(),
            method: response.request().method(),
            status: response.status(),
            duration: context.started.elapsed(),
            request_bytes,
            response_bytes,
        });
        Ok(response)
    }

    /// Writes the envelopes of errors, also for preflights over plain HTTP, which CORS would grant.
    async fn answer(
        &self,
        request: ServiceRequest,
        next: Next<impl MessageBody + 'static>,
    ) -> Result<ServiceResponse, Error> {
        let response = if plain_http::is_forbidden_preflight(&self.state, &request) {
            request.error_response(ApiError::from(Problem::HttpsRequired))
        } else {
            next.call(request).await?.map_into_boxed_body()
        };
        Ok(render_errors::render_errors(&self.state, response))
    }

    /// Within CORS, so that pages of other origins can read why they are refused: lets no request through to the routes
    /// that none should see, nor one too many.
    pub(crate) async fn admit(
        self: Rc<Self>,
        request: ServiceRequest,
        next: Next<impl MessageBody + 'static>,
    ) -> Result<ServiceResponse, Error> {
        let refusal = match plain_http::judge(&self.state, &request) {
            Verdict::Redirect(url) => return Ok(request.into_response(plain_http::redirect(url))),
            Verdict::Refuse => Some(Problem::HttpsRequired.into()),
            Verdict::Serve => self.refusal(&request),
        };
        match refusal {
            Some(error) => Ok(request.error_response(error)),
            None => Ok(next.call(request).await?.map_into_boxed_body()),
        }
    }

    fn refusal(&self, request: &ServiceRequest) -> Option<ApiError> {
        if let Err(limited) = address_limit::check(&self.state, request) {
            self.metrics.rate_limits.refuse(limited.policy.name);
            return Some(limited.into());
        }
        unsafe_requests::fault(request).map(ApiError::from)
    }
}

/// What the head announces, but no more than is ever read: a client can announce anything.
fn body_bytes(request: &ServiceRequest) -> u64 {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced: u64 = length.and_then(|text| text.parse().ok()).unwrap_or_default();
    announced.min(MAX_BODY_BYTES)
}

/// How long the body is before it is compressed; 0 where nobody knows.
fn plain_bytes(response: &ServiceResponse) -> u64 {
    if let BodySize::Sized(bytes) = response.response().body().size() { bytes } else { 0 }
}

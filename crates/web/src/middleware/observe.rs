use std::sync::Arc;

use actix_service::Service;
use actix_web::Error;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::web::Data;
use ore_errors::{ApiError, Problem};
use ore_telemetry::metrics::{HttpSeries, Metrics, Observation};
use ore_telemetry::seconds::whole_milliseconds;
use ore_transport::{MAX_BODY_BYTES, announced_bytes};

use super::inner::Inner;
use super::{compression, log_headers, plain_http, render_errors, response_headers};
use crate::access_log::log_access;
use crate::context::RequestContext;
use crate::state::ApiState;

/// The outermost middleware: it makes the context of the request and the headers of the answer, and reports to log and
/// metrics.
pub struct Observer {
    pub(super) state: Data<ApiState>,
    pub(super) metrics: Data<Metrics>,
    series: HttpSeries,
    logs_headers: bool,
}

impl Observer {
    /// An observer with the parts of the application.
    pub fn new(state: Data<ApiState>, metrics: Data<Metrics>, logs_headers: bool) -> Self {
        Self { state, series: metrics.http.for_worker(), metrics, logs_headers }
    }

    pub(super) async fn observe<S, B>(
        &self,
        request: ServiceRequest,
        inner: &Inner<S>,
    ) -> Result<ServiceResponse, Error>
    where
        S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
        B: MessageBody + 'static,
    {
        let state = &self.state;
        let context = RequestContext::attach(&request, state);
        let identity = Arc::clone(&context.identity);
        identity.follow(self.serve(request, &context, inner)).await
    }

    async fn serve<S, B>(
        &self,
        request: ServiceRequest,
        context: &RequestContext,
        inner: &Inner<S>,
    ) -> Result<ServiceResponse, Error>
    where
        S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
        B: MessageBody + 'static,
    {
        let request_bytes = body_bytes(&request);
        if self.logs_headers {
            log_headers::write("Request headers", request.headers());
        }
        let response = self.answer(request, inner).await?;
        let response_bytes = plain_bytes(&response);
        let mut response = compression::compress(response);
        let (route, duration) = (context.route(response.request()), context.started.elapsed());
        let is_draining = self.state.readiness.is_draining();
        response_headers::complete(&mut response, context, duration, route.as_deref(), is_draining);
        if self.logs_headers {
            log_headers::write("Response headers", response.headers());
        }
        log_access(response.request(), response.status(), duration, context);
        let is_coarse = response_headers::is_credential_call(response.request(), route.as_deref());
        self.series.observe(&Observation {
            route: route.as_deref(),
            method: response.request().method().as_str(),
            status: response.status().as_u16(),
            duration: if is_coarse { whole_milliseconds(duration) } else { duration },
            request_bytes,
            response_bytes,
        });
        Ok(response)
    }

    /// Writes the envelopes of errors, also for preflights over plain HTTP, which CORS would admit.
    async fn answer<S, B>(&self, request: ServiceRequest, inner: &Inner<S>) -> Result<ServiceResponse, Error>
    where
        S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
        B: MessageBody + 'static,
    {
        let response = if plain_http::is_forbidden_preflight(&self.state, &request) {
            request.error_response(ApiError::from(Problem::HttpsRequired))
        } else {
            inner.call(request).await?
        };
        Ok(render_errors::render_errors(&self.state, response))
    }
}

/// The announced length of the body, up to the most that is ever read, because a client can announce anything.
fn body_bytes(request: &ServiceRequest) -> u64 {
    announced_bytes(request.headers()).unwrap_or_default().min(MAX_BODY_BYTES)
}

/// The length of the body before compression; 0 if unknown.
fn plain_bytes(response: &ServiceResponse) -> u64 {
    if let BodySize::Sized(bytes) = response.response().body().size() { bytes } else { 0 }
}

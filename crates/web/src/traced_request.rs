use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::web::Data;
use actix_web::{Error, HttpRequest};
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::RootSpanBuilder;

use crate::context::RequestContext;
use crate::state::ApiState;

/// Makes the span of a request in a process that sends traces, with the names that OpenTelemetry has for HTTP servers, in
/// the trace of the caller (W3C Trace Context).
pub struct TracedRequest;

impl RootSpanBuilder for TracedRequest {
    /// At the highest level, so that it is there whatever is logged.
    fn on_request_start(request: &ServiceRequest) -> Span {
        let Some(state) = request.app_data::<Data<ApiState>>() else { return Span::none() };
        let context = RequestContext::attach(request, state);
        let method = known_method(request.method());
        let span = tracing::error_span!(
            "request",
            request_id = context.id(),
            user_id = Empty,
            impersonator_id = Empty,
            otel.name = method,
            otel.kind = "server",
            otel.status_code = Empty,
            http.request.method = method,
            http.route = Empty,
            http.response.status_code = Empty,
            url.path = request.path(),
        );
        let header = |name| value(request.headers(), name);
        if let Some(ids) = ore_telemetry::traces::begin(&span, header("traceparent"), header("tracestate")) {
            context.identity.record_trace(ids);
        }
        span
    }

    /// Refusals are the client's failures and not ours.
    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("http.response.status_code", status.as_u16());
        if let Ok(response) = outcome {
            record_route(&span, response.request());
        }
        if status.is_server_error() {
            span.record("otel.status_code", "ERROR");
        }
    }
}

fn record_route(span: &Span, request: &HttpRequest) {
    if let Some(route) = RequestContext::of(request).and_then(|context| context.route(request)) {
        span.record("http.route", &*route);
        ore_telemetry::traces::rename(span, format!("{} {route}", known_method(request.method())));
    }
}

/// Names of spans and values of this attribute are few: what clients make up is one of them.
fn known_method(method: &Method) -> &str {
    match method.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" | "TRACE" | "CONNECT") => known,
        _ => "_OTHER",
    }
}

/// Two are none, as W3C Trace Context has it for `traceparent`.
fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name);
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

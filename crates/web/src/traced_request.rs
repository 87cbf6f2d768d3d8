use actix_web::dev::ServiceRequest;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use tracing::Span;
use tracing::field::Empty;

use crate::context::RequestContext;

/// The span of a request in a process that sends traces, with the names that OpenTelemetry has for HTTP servers, in the
/// trace of the caller (W3C Trace Context). At the highest level, so that it is there whatever is logged.
pub(crate) fn traced_request_span(request: &ServiceRequest, context: &RequestContext) -> Span {
    let method = known_method(request.method());
    let span = tracing::error_span!(
        "request",
        request_id = context.id(),
        user_id = Empty,
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
        context.identity.note_trace(ids);
    }
    span
}

/// Tells the trace how the request ended. Refusals are the client's failures and not ours.
pub(crate) fn end_traced_request(span: &Span, method: &Method, route: Option<&str>, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if let Some(route) = route {
        span.record("http.route", route);
        ore_telemetry::traces::rename(span, format!("{} {route}", known_method(method)));
    }
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
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

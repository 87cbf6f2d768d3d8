use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use tracing::Span;
use tracing::field::{Empty, display};

use crate::context::RequestContext;
use crate::seconds::Seconds;

/// The span around a request. At the highest level, so that lines of every level within it carry the ids.
pub fn request_span(request_id: &str) -> Span {
    tracing::error_span!("request", request_id, user_id = Empty)
}

/// Writes the line of the access log into the span, at the end of its request.
pub fn log_access(span: &Span, request: &HttpRequest, status: StatusCode, context: &RequestContext) {
    let (method, path, status) = (request.method().as_str(), request.path(), status.as_u16());
    let duration = context.started.elapsed();
    let client = context.client.map(display);
    let (seconds, shown) = (duration.as_secs_f64(), Seconds::<4>(duration));
    tracing::info!(parent: span, method, path, status, duration = seconds, client, "{method} {path} - {shown}s");
}

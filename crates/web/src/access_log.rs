use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use ore_telemetry::seconds::Seconds;
use tracing::field::display;

use crate::context::RequestContext;
use crate::probes::is_probe;

/// Writes the line of the access log, at the end of its request: at DEBUG of a probe that succeeded, or they would be most
/// of the log.
pub fn log_access(request: &HttpRequest, status: StatusCode, duration: Duration, context: &RequestContext) {
    let (method, path, status) = (request.method().as_str(), request.path(), status.as_u16());
    let client = context.client.map(display);
    let (seconds, shown) = (duration.as_secs_f64(), Seconds::<4>(duration));
    if is_probe(path) && status < 400 {
        tracing::debug!(method, path, status, duration = seconds, client, "{method} {path} - {shown}s");
        return;
    }
    tracing::info!(method, path, status, duration = seconds, client, "{method} {path} - {shown}s");
}

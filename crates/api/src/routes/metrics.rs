use actix_web::HttpResponse;
use actix_web::web::Data;

use super::Endpoint;
use crate::error::{ApiError, Problem};
use crate::metrics::Metrics;
use crate::openapi::Refused;

/// The Prometheus text format, version 0.0.4.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) fn endpoints() -> [Endpoint; 1] {
    [Endpoint::at("/metrics").get(metrics)]
}

/// Show every metric to Prometheus
///
/// With `BACKEND_METRICS_BIND` it is served on a port of its own instead.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses(
    (status = 200, description = "Prometheus text format", body = String, content_type = "text/plain"),
    Refused<()>,
))]
pub(crate) async fn metrics(metrics: Data<Metrics>) -> Result<HttpResponse, ApiError> {
    let text = metrics.to_text().map_err(|error| ApiError::caused(Problem::InternalError, error))?;
    Ok(HttpResponse::Ok().content_type(CONTENT_TYPE).body(text))
}

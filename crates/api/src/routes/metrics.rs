use actix_web::HttpResponse;
use actix_web::guard::GuardContext;
use actix_web::web::Data;
use ore_telemetry::metrics::Metrics;
use ore_web::error::{ApiError, Problem, Refuses};
use ore_web::metrics_access::may_read_metrics;
use ore_web::probes::METRICS;
use ore_web::state::ApiState;

use super::Endpoint;
use crate::openapi::Refused;

/// The Prometheus text format, version 0.0.4.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// For a port of its own.
pub(super) fn endpoint() -> Endpoint {
    Endpoint::at(METRICS).get(metrics)
}

/// For the port of the service.
pub(super) fn guarded_endpoint() -> Endpoint {
    endpoint().only_for(|context: &GuardContext<'_>| {
        let state = context.app_data::<Data<ApiState>>();
        state.is_some_and(|state| may_read_metrics(&state.metrics_access, context.head(), &state.trusted_proxies))
    })
}

/// Show every metric to Prometheus
///
/// With `BACKEND_METRICS_BIND` it is served on a port of its own instead. Otherwise it is there in production for clients
/// on the machine itself and in `BACKEND_METRICS_ALLOW` alone.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses(
    (status = 200, description = "Prometheus text format", body = String, content_type = "text/plain"),
    Refused<Hidden>,
))]
pub(crate) async fn metrics(metrics: Data<Metrics>) -> Result<HttpResponse, ApiError> {
    let text = metrics.to_text().map_err(|error| ApiError::caused(Problem::InternalError, error))?;
    Ok(HttpResponse::Ok().content_type(CONTENT_TYPE).body(text))
}

/// What others than those who may read the metrics get.
struct Hidden;

impl Refuses for Hidden {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotFound]
    }
}

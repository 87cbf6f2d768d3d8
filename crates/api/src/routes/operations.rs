use actix_web::HttpResponse;
use actix_web::guard::GuardContext;
use actix_web::web::{Data, Json};
use ore_errors::messages::Message;
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{ApiResponse, HealthCheck, ReadinessResponse};
use ore_telemetry::metrics::Metrics;
use ore_web::endpoint::Endpoint;
use ore_web::metrics_access::may_read_metrics;
use ore_web::probes::METRICS;
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::Value;
use utoipa::OpenApi;

/// The Prometheus text format, version 0.0.4.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

#[derive(OpenApi)]
#[openapi(
    paths(health, readiness, metrics),
    components(schemas(HealthCheck)),
    tags((name = "operations", description = "For load balancers and monitoring"))
)]
struct Document;

/// The metrics are not among them: they may have a port of their own.
fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::at("/health").get(health), Endpoint::at("/readiness").get(readiness)]
}

/// Tell whether the process answers
///
/// Touches neither the database nor anything else that could be away.
#[utoipa::path(get, path = "/health", tag = "operations", responses(
    (status = 200, description = "The process answers", body = ApiResponse<HealthCheck>),
    ErrorResponses<()>,
))]
async fn health(state: Data<ApiState>) -> Reply<HealthCheck> {
    Reply::new(HealthCheck::healthy(&state.version, state.clock.now()))
}

/// Tell whether the process wants requests
///
/// It wants none while a dependency is away, migrations are pending, or it is about to end.
#[utoipa::path(get, path = "/readiness", tag = "operations", responses(
    (status = 200, description = "Send requests", body = ReadinessResponse),
    ErrorResponses<NotReady>,
))]
async fn readiness(state: Data<ApiState>) -> Result<Json<ReadinessResponse>, ApiError> {
    if state.readiness.is_ready() { Ok(Json(ReadinessResponse::READY)) } else { Err(Problem::Unavailable.into()) }
}

/// What `/readiness` says instead of success.
struct NotReady;

impl DeclaresProblems for NotReady {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unavailable]
    }
}

/// For a port of its own.
pub(super) fn metrics_endpoint() -> Endpoint {
    Endpoint::at(METRICS).get(metrics)
}

/// For the port of the service.
pub(super) fn guarded_metrics_endpoint() -> Endpoint {
    metrics_endpoint().only_for(|context: &GuardContext<'_>| {
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
    ErrorResponses<Hidden>,
))]
async fn metrics(metrics: Data<Metrics>) -> Result<HttpResponse, ApiError> {
    let text = metrics.to_text().map_err(|error| ApiError::caused(Problem::InternalError, error))?;
    Ok(HttpResponse::Ok().content_type(CONTENT_TYPE).body(text))
}

/// What others than those who may read the metrics get.
struct Hidden;

impl DeclaresProblems for Hidden {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotFound]
    }
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    match operation {
        "health" => context.envelope(HealthCheck::healthy(context.version, ExampleContext::timestamp()), Message::Done),
        "readiness" => serde_json::to_value(ReadinessResponse::READY).ok(),
        "metrics" => Some("auth_attempts_total{result=\"success\"} 1\n".into()),
        _ => None,
    }
}

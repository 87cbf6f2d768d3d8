use actix_web::web::{Data, Json};
use ore_schemas::{ApiResponse, HealthCheck, ReadinessResponse};
use ore_web::error::{ApiError, Problem, Refuses};
use ore_web::reply::Reply;
use ore_web::state::ApiState;

use super::Endpoint;
use crate::openapi::Refused;

pub(super) fn endpoints() -> [Endpoint; 2] {
    [Endpoint::at("/health").get(health), Endpoint::at("/readiness").get(readiness)]
}

/// Tell whether the process answers
///
/// Touches neither the database nor anything else that could be away.
#[utoipa::path(get, path = "/health", tag = "operations", responses(
    (status = 200, description = "The process answers", body = ApiResponse<HealthCheck>),
    Refused<()>,
))]
pub(crate) async fn health(state: Data<ApiState>) -> Reply<HealthCheck> {
    Reply::new(HealthCheck::healthy(&state.version, state.clock.now()))
}

/// Tell whether the process wants requests
///
/// It wants none while a dependency is away, migrations are pending, or it is about to end.
#[utoipa::path(get, path = "/readiness", tag = "operations", responses(
    (status = 200, description = "Send requests", body = ReadinessResponse),
    Refused<NotReady>,
))]
pub(crate) async fn readiness(state: Data<ApiState>) -> Result<Json<ReadinessResponse>, ApiError> {
    if state.readiness.is_ready() { Ok(Json(ReadinessResponse::READY)) } else { Err(Problem::Unavailable.into()) }
}

/// What `/readiness` says instead of success.
struct NotReady;

impl Refuses for NotReady {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unavailable]
    }
}

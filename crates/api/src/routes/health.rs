use actix_web::web::{Data, Json};
use ore_schemas::{ApiResponse, ErrorResponse, HealthCheck, ReadinessResponse};

use super::Endpoint;
use crate::error::{ApiError, Problem};
use crate::reply::Reply;
use crate::state::ApiState;

pub(super) fn endpoints() -> [Endpoint; 2] {
    [Endpoint::at("/health").get(health), Endpoint::at("/readiness").get(readiness)]
}

/// Whether the process answers. Touches nothing else.
#[utoipa::path(get, path = "/health", tag = "operations", responses(
    (status = 200, description = "The process answers", body = ApiResponse<HealthCheck>),
))]
pub(crate) async fn health(state: Data<ApiState>) -> Reply<HealthCheck> {
    Reply::new(HealthCheck::healthy(&state.version, state.clock.now()))
}

/// Whether the process wants requests.
#[utoipa::path(get, path = "/readiness", tag = "operations", responses(
    (status = 200, description = "Send requests", body = ReadinessResponse),
    (status = 503, description = "Send none", body = ErrorResponse),
))]
pub(crate) async fn readiness(state: Data<ApiState>) -> Result<Json<ReadinessResponse>, ApiError> {
    if state.readiness.is_ready() { Ok(Json(ReadinessResponse::READY)) } else { Err(Problem::Unavailable.into()) }
}

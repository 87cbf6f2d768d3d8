use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::context::RequestContext;
use crate::error::{ApiError, RateLimited};
use crate::metrics::Metrics;
use crate::routes::is_probe;
use crate::state::ApiState;

/// Refuses those who call too often, whatever they call, but for the probes.
pub(crate) async fn limit_by_address(
    state: Data<ApiState>,
    metrics: Data<Metrics>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match check(&state, &request) {
        Err(limited) => {
            metrics.rate_limits.refuse(limited.policy.name);
            Ok(request.error_response(ApiError::from(limited)))
        }
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

fn check(state: &ApiState, request: &ServiceRequest) -> Result<(), RateLimited> {
    let Some(limit) = state.general_limit.as_ref().filter(|_| !is_probe(request.path())) else { return Ok(()) };
    let client = RequestContext::of(request).and_then(|context| context.client);
    client.map_or(Ok(()), |client| limit.check(client))
}

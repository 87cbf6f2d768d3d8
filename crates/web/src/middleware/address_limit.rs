use actix_web::dev::ServiceRequest;
use ore_limits::RateLimited;

use crate::context::RequestContext;
use crate::probes::is_unlimited;
use crate::state::ApiState;

/// Refuses those who call too often, whatever they call, but for the probes.
pub(super) fn check(state: &ApiState, request: &ServiceRequest) -> Result<(), RateLimited> {
    let Some(limit) = state.general_limit.as_ref().filter(|_| !is_unlimited(state, request)) else { return Ok(()) };
    let client = RequestContext::of(request).and_then(|context| context.client);
    client.map_or(Ok(()), |client| limit.check(client))
}

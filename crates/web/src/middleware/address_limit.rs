use actix_web::dev::ServiceRequest;
use ore_limits::RateLimited;

use crate::context::RequestContext;
use crate::metrics_access::may_read_metrics;
use crate::probes::{METRICS, is_probe};
use crate::state::ApiState;

/// Refuses those who call too often, whatever they call, but for the probes.
pub(super) fn check(state: &ApiState, request: &ServiceRequest) -> Result<(), RateLimited> {
    let Some(limit) = state.general_limit.as_ref().filter(|_| !is_unlimited(state, request)) else { return Ok(()) };
    let client = RequestContext::of(request).and_then(|context| context.client);
    client.map_or(Ok(()), |client| limit.check(client))
}

/// Whether no limit applies to the request: it is a probe of a client that may call the route.
fn is_unlimited(state: &ApiState, request: &ServiceRequest) -> bool {
    let path = request.path();
    is_probe(path)
        && (path != METRICS || may_read_metrics(&state.metrics_access, request.head(), &state.trusted_proxies))
}

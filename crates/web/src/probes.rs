use actix_web::dev::ServiceRequest;

use crate::metrics_access::may_read_metrics;
use crate::state::ApiState;

/// Where the metrics are.
pub const METRICS: &str = "/metrics";

/// What load balancers and monitoring ask, from within the network and at any time.
const PROBES: [&str; 3] = ["/health", "/readiness", METRICS];

/// Whether no rule about HTTPS applies to the path. Compared as it came: a path that is spelt otherwise gets no exemption,
/// wherever it leads.
pub fn is_probe(path: &str) -> bool {
    PROBES.contains(&path)
}

/// Whether no limit applies to the request: it is a probe, and not one by somebody to whom it is no route.
pub fn is_unlimited(state: &ApiState, request: &ServiceRequest) -> bool {
    let path = request.path();
    is_probe(path)
        && (path != METRICS || may_read_metrics(&state.metrics_access, request.head(), &state.trusted_proxies))
}

/// The path of the metrics.
pub const METRICS: &str = "/metrics";

/// The paths that load balancers and monitoring probe, from within the network and at any time.
const PROBES: [&str; 3] = ["/health", "/readiness", METRICS];

/// Whether no rule about HTTPS applies to the path. Compared as it came: a path that is spelt otherwise gets no exemption,
/// wherever it leads.
pub fn is_probe(path: &str) -> bool {
    PROBES.contains(&path)
}

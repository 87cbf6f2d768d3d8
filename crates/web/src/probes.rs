/// Where the metrics are.
pub const METRICS: &str = "/metrics";

/// What load balancers and monitoring ask, from within the network and at any time.
const PROBES: [&str; 3] = ["/health", "/readiness", METRICS];

/// Whether no rule about HTTPS applies to the path. Compared as it came: a path that is spelt otherwise gets no exemption,
/// wherever it leads.
pub fn is_probe(path: &str) -> bool {
    PROBES.contains(&path)
}

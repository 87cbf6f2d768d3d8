/// What load balancers and monitoring ask, from within the network and at any time.
const PROBES: [&str; 3] = ["/health", "/readiness", "/metrics"];

/// Whether no limit and no rule about HTTPS applies to the path. Compared as it came: a path that is spelt otherwise gets
/// no exemption, wherever it leads.
pub(crate) fn is_probe(path: &str) -> bool {
    PROBES.contains(&path)
}

use std::net::IpAddr;

/// The request as one proxy describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hop {
    /// Who sent it; `None` where that is hidden or cannot be read.
    pub(crate) address: Option<IpAddr>,
    /// Whether over HTTPS; `None` where nothing is said.
    pub(crate) is_https: Option<bool>,
}

impl Hop {
    /// Says nothing that can be read.
    pub(crate) const UNREADABLE: Self = Self { address: None, is_https: None };
}

/// Whether a scheme, as proxies write it, is HTTPS (RFC 3986, 3.1: without case).
pub(crate) fn is_https(scheme: &str) -> bool {
    scheme.trim().eq_ignore_ascii_case("https")
}

/// HTTPS only where everyone who says anything says so.
pub(crate) fn agree(first: Option<bool>, second: Option<bool>) -> Option<bool> {
    match (first, second) {
        (Some(first), Some(second)) => Some(first && second),
        (first, second) => first.or(second),
    }
}

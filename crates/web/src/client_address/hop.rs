use std::net::IpAddr;

/// The request as one proxy describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hop {
    /// The address of the sender; `None` if it is hidden or cannot be read.
    pub(super) address: Option<IpAddr>,
    /// Whether over HTTPS; `None` where nothing is said.
    pub(super) is_https: Option<bool>,
}

impl Hop {
    /// Says nothing that can be read.
    pub(super) const UNREADABLE: Self = Self { address: None, is_https: None };
}

/// Whether a scheme, as proxies write it, is HTTPS (RFC 3986, 3.1: without case).
pub(super) fn is_https(scheme: &str) -> bool {
    scheme.trim().eq_ignore_ascii_case("https")
}

/// HTTPS only where everyone who says anything says so.
pub(super) fn agree(first: Option<bool>, second: Option<bool>) -> Option<bool> {
    match (first, second) {
        (Some(first), Some(second)) => Some(first && second),
        (first, second) => first.or(second),
    }
}

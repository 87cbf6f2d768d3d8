use std::net::IpAddr;

/// The client of a request, and how the request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestSource {
    /// Who sent it, an IPv4 address always as such; `None` where the connection has no address.
    pub client: Option<IpAddr>,
    /// Whether it came over HTTPS all the way.
    pub is_https: bool,
}

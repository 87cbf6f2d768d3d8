//! Determines which client sent a request, and whether over HTTPS, from the address of the peer and the headers of
//! trusted proxies.

mod forwarded;
mod hop;
mod node;
mod request_source;
mod trusted_proxies;
mod x_forwarded;

pub use request_source::RequestSource;
pub use trusted_proxies::{TrustedProxies, came_through_a_proxy};

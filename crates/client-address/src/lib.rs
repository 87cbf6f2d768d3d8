//! Who sent a request and whether over HTTPS, as the peer and the proxies that are trusted tell it.

mod arrival;
mod forwarded;
mod hop;
mod node;
mod trusted_proxies;
mod x_forwarded;

pub use arrival::Arrival;
pub use trusted_proxies::{TrustedProxies, came_through_a_proxy};

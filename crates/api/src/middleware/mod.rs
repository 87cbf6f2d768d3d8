//! What happens to every request, from the outside in: see [`crate::app`] for the order.

mod catch_panic;
mod compression;
mod cors;
mod credentials;
mod guard;
mod log_headers;
mod observe;
mod render_errors;
mod response_headers;

pub use catch_panic::catch_panic;
pub use compression::spare_small_bodies;
pub use cors::cors;
pub use guard::guard;
pub use log_headers::log_headers;
pub use observe::observe;
pub use render_errors::render_errors;
pub use response_headers::response_headers;

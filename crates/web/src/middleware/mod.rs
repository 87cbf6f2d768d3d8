//! What happens to every request, from the outside in: see [`Pipeline`] for the order.

mod address_limit;
mod admit;
mod compression;
mod cors;
mod enter_route;
mod inner;
mod log_headers;
mod observe;
mod pipeline;
mod plain_http;
mod render_errors;
mod response_headers;
mod unsafe_requests;

pub use compression::Uncompressed;
pub use cors::cors;
pub use enter_route::enter_route;
pub use observe::Observer;
pub use pipeline::Pipeline;
pub use unsafe_requests::X_API_KEY;

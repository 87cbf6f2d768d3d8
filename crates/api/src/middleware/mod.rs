//! What happens to every request, from the outside in: see [`crate::app`] for the order.

mod catch_panic;
mod compression;
mod cors;
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

use actix_web::dev::ServiceRequest;

/// Everything that has to do with credentials lies below this.
const AUTH_PREFIX: &str = "/api/v1/auth/";

fn concerns_credentials(path: &str) -> bool {
    path.starts_with(AUTH_PREFIX)
}

/// A middleware's own answer, so that the outer ones treat it like any other.
fn refuse(
    request: ServiceRequest,
    error: impl Into<crate::error::ApiError>,
) -> actix_web::dev::ServiceResponse<actix_web::body::BoxBody> {
    request.error_response(error.into())
}

//! What happens to every request, from the outside in: see [`crate::app`] for the order.

mod catch_panic;
mod compression;
mod cors;
mod credentials;
mod limit_by_address;
mod log_headers;
mod observe;
mod refuse_plain_http;
mod refuse_unsafe_requests;
mod render_errors;
mod response_headers;

pub(crate) use catch_panic::catch_panic;
pub(crate) use compression::spare_small_bodies;
pub(crate) use cors::cors;
pub(crate) use limit_by_address::limit_by_address;
pub(crate) use log_headers::log_headers;
pub(crate) use observe::observe;
pub(crate) use refuse_plain_http::{refuse_plain_http, refuse_plain_preflights};
pub(crate) use refuse_unsafe_requests::refuse_unsafe_requests;
pub(crate) use render_errors::render_errors;
pub(crate) use response_headers::response_headers;

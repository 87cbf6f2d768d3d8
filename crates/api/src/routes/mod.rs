//! The routes, a file a subject.

pub(crate) mod auth;
mod endpoint;
pub(crate) mod health;
pub(crate) mod metrics;

use actix_web::web::ServiceConfig;

pub use endpoint::{Endpoint, not_found};


/// Every route of the service but `/metrics`, which may have a port of its own.
pub fn configure(config: &mut ServiceConfig) {
    auth::configure(config);
    health::configure(config);
}

/// `/metrics`.
pub fn configure_metrics(config: &mut ServiceConfig) {
    config.service(Endpoint::at("/metrics").get(metrics::metrics).finish());
}

use actix_web::web::ServiceConfig;

use super::{Endpoint, auth, health, metrics};

/// Every route of the service but `/metrics`, which may have a port of its own.
pub fn configure(config: &mut ServiceConfig) {
    auth::configure(config);
    health::configure(config);
}

/// `/metrics`.
pub fn configure_metrics(config: &mut ServiceConfig) {
    config.service(Endpoint::at("/metrics").get(metrics::metrics).finish());
}

/// Every route.
pub fn configure_all(config: &mut ServiceConfig) {
    configure(config);
    configure_metrics(config);
}

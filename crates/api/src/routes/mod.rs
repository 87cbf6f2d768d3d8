//! The routes, a file a subject.

pub(crate) mod auth;
mod configure;
mod endpoint;
pub(crate) mod health;
pub(crate) mod metrics;

pub use configure::{configure, configure_metrics};
pub use endpoint::{Endpoint, not_found};

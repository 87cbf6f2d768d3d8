//! The routes, a file a subject.

pub(crate) mod auth;
mod configure;
mod endpoint;
mod fallback;
pub(crate) mod health;
pub(crate) mod metrics;

pub use configure::{configure, configure_all, configure_metrics};
pub use endpoint::Endpoint;
pub use fallback::not_found;

//! The routes, a file a subject.

pub(crate) mod auth;
mod documentation;
mod endpoint;
mod fallback;
mod groups;
pub(crate) mod health;
pub(crate) mod metrics;

pub use endpoint::Endpoint;
pub use fallback::not_found;
pub use groups::Groups;

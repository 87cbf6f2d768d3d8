//! Keys and revocations that are read from the issuer in the background, on tokio (feature `refresh`).
//!
//! [`Verifier::start_refresh`](crate::Verifier::start_refresh) begins it, and dropping the [`Refresh`] ends it.

mod backoff;
mod client;
mod directory;
mod error;
mod handle;
mod keys;
mod options;
mod progress;
mod revocations;
mod tls;

pub use error::StartError;
pub use handle::Refresh;
pub use options::{DEFAULT_FLOOR, DEFAULT_TIMEOUT, RefreshOptions};

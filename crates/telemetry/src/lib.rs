//! The log lines of the contract, the metrics for Prometheus, and traces.

mod log;
pub mod metrics;
/// Durations as text, rounded so that they reveal no secret.
pub mod seconds;
pub mod traces;

pub use log::{CapturedContext, LogContext, LogGuard, init, keep_panics, kept_panics, log_panics, subscriber};

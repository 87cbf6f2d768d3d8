//! The log lines of the contract, the metrics for Prometheus, and traces.

mod log;
pub mod metrics;
/// Durations as text, rounded so that they reveal no secret.
pub mod seconds;
pub mod traces;

pub use log::{
    CapturedContext, LogContext, LogGuard, capture_panics, init, log_panics, subscriber, take_captured_panics,
};

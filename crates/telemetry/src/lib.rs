//! Log lines as the contract has them, the series that Prometheus scrapes, and traces.

mod log;
pub mod metrics;
/// Durations as text, and as coarse as they may be told.
pub mod seconds;
pub mod traces;

pub use log::{CapturedContext, LogContext, LogGuard, init, keep_panics, kept_panics, log_panics, subscriber};

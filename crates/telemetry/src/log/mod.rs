//! Log lines as the contract has them, and what ties the lines of one request together.

mod escape;
mod event;
mod field_value;
mod json;
mod json_object;
mod level;
mod line_writer;
mod log_context;
mod panics;
mod subscriber;
mod text;

pub use line_writer::LogGuard;
pub use log_context::{CapturedContext, LogContext};
pub use panics::{capture_panics, log_panics, take_captured_panics};
pub use subscriber::{init, subscriber};

//! Log lines as the contract has them, and what ties the lines of one request together.

mod escape;
mod event;
mod identity;
mod json;
mod level;
mod panics;
mod request_span;
mod subscriber;
mod text;
mod traced_request;

pub use panics::log_panics;
pub use request_span::{log_access, request_span};
pub use subscriber::{init, subscriber};
pub use traced_request::{end_traced_request, traced_request_span};

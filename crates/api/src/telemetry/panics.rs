use std::panic;

/// Sends panics to the log instead of to standard error, once each, with the request that they happened in.
pub fn log_panics() {
    panic::set_hook(Box::new(|info| tracing::error!(exception = %info, "Unhandled panic")));
}

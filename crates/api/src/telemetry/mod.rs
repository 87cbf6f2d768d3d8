//! Log lines as the contract has them, and what ties the lines of one request together.

mod escape;
mod event;
mod identity;
mod json;
mod panics;
mod request_span;
mod text;

use std::io;

use tracing::{Level, Metadata};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, Registry, fmt};

pub use panics::log_panics;
pub use request_span::RequestSpan;

use crate::settings::{LogFormat, LogLevel, LogSettings};

/// Sends the log of the process to standard output.
///
/// # Errors
/// When the process has a log already.
pub fn init(settings: &LogSettings) -> Result<(), TryInitError> {
    let lines = fmt::layer().fmt_fields(debug_fn(|_, _, _| Ok(()))).with_writer(io::stdout);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match settings.format {
        LogFormat::Json => Box::new(lines.event_format(json::JsonLines)),
        LogFormat::Text => Box::new(lines.event_format(text::TextLines)),
    };
    let level = settings.level;
    let layers = lines.and_then(identity::IdentityLayer).with_filter(filter_fn(move |line| is_wanted(line, level)));
    tracing_subscriber::registry().with(layers).try_init()
}

/// Our own lines from the level that is asked for; the libraries' only from WARNING, or INFO when everything is asked
/// for.
fn is_wanted(line: &Metadata<'_>, level: LogLevel) -> bool {
    let is_ours = line.target().starts_with("ore_");
    let least = match level {
        LogLevel::Debug if is_ours => Level::DEBUG,
        LogLevel::Debug => Level::INFO,
        LogLevel::Info if is_ours => Level::INFO,
        LogLevel::Info | LogLevel::Warning => Level::WARN,
        LogLevel::Error => Level::ERROR,
        LogLevel::Critical => return line.is_span() || is_critical(line),
    };
    *line.level() <= least
}

/// A line that has this field tells of something the process cannot go on from.
fn is_critical(line: &Metadata<'_>) -> bool {
    line.fields().field("critical").is_some()
}

/// The level in the words of the contract.
fn level_name(line: &Metadata<'_>) -> &'static str {
    match *line.level() {
        Level::ERROR if is_critical(line) => "CRITICAL",
        Level::ERROR => "ERROR",
        Level::WARN => "WARNING",
        Level::INFO => "INFO",
        Level::DEBUG | Level::TRACE => "DEBUG",
    }
}

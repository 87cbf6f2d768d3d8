use std::io;

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, Registry, fmt};

use super::identity::IdentityLayer;
use super::json::JsonLines;
use super::level::is_wanted;
use super::text::TextLines;
use crate::settings::{LogFormat, LogSettings};

/// Lines that may wait for a slow reader; beyond them lines are lost, since a service that waits for the reader of its
/// log answers nobody.
const WAITING_LINES: usize = 16_384;

/// Sends the log of the process to standard output, from a thread of its own; dropping the guard writes what waits.
///
/// # Errors
/// When the process has a log already.
pub fn init(settings: &LogSettings) -> Result<WorkerGuard, TryInitError> {
    let (writer, guard) =
        NonBlockingBuilder::default().lossy(true).buffered_lines_limit(WAITING_LINES).finish(io::stdout());
    let lines = fmt::layer().fmt_fields(debug_fn(|_, _, _| Ok(()))).with_writer(writer);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match settings.format {
        LogFormat::Json => Box::new(lines.event_format(JsonLines)),
        LogFormat::Text => Box::new(lines.event_format(TextLines)),
    };
    let level = settings.level;
    let layers = lines.and_then(IdentityLayer).with_filter(filter_fn(move |line| is_wanted(line, level)));
    tracing_subscriber::registry().with(layers).try_init()?;
    Ok(guard)
}

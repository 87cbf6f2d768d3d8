use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::time::Duration;

use ore_settings::{LogFormat, LogSettings};
use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use super::json::JsonLines;
use super::level::is_wanted;
use super::line_writer::{self, BufferLimits, LogGuard};
use super::log_context::IdentityLayer;
use super::text::TextLines;
use crate::metrics::LogMetrics;
use crate::traces::Traces;

/// A service that waits for the reader of its log answers nobody, so that lines are dropped when there is no room. Those
/// of calls with credentials and from WARNING up have room of their own, some 15 MB, and may wait
/// (docs/adr/0021-log-lines-that-are-kept.md).
const ROOM: BufferLimits = BufferLimits { lines: 16_384, important: 32_768, wait: Duration::from_secs(1) };

/// Lines are written together up to this size, in bytes.
const BUFFER_BYTES: usize = 64 * 1024;

/// Sends the log of the process to standard output, from a thread of its own; dropping the guard writes what waits. The
/// same spans go to `traces`, and `metrics` counts the lines for which there was no room.
///
/// # Errors
/// When there is no standard output or no thread, or the process has a log already.
pub fn init(settings: &LogSettings, traces: Option<&Traces>, metrics: LogMetrics) -> io::Result<LogGuard> {
    let (sender, guard) = line_writer::start(standard_output()?, ROOM, metrics)?;
    let subscriber = subscriber(settings, sender);
    // Not an optional layer, which every span and line would pass for nothing.
    let initialized = match traces {
        Some(traces) => subscriber.with(traces.layer()).try_init(),
        None => subscriber.try_init(),
    };
    initialized.map_err(io::Error::other)?;
    Ok(guard)
}

/// The subscriber that formats events and spans as log lines, and passes them to the writer one by one.
pub fn subscriber<W>(settings: &LogSettings, writer: W) -> impl Subscriber + for<'a> LookupSpan<'a> + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = fmt::layer().fmt_fields(debug_fn(|_, _, _| Ok(()))).with_writer(writer);
    let lines: Box<dyn Layer<_> + Send + Sync> = match settings.format {
        LogFormat::Json => Box::new(lines.event_format(JsonLines)),
        LogFormat::Text => Box::new(lines.event_format(TextLines)),
    };
    let level = settings.level;
    // A filter for all layers: one for each costs every span and line a search for what was filtered where.
    let wanted = filter_fn(move |line| is_wanted(line, level)).with_max_level_hint(LevelFilter::DEBUG);
    tracing_subscriber::registry().with(wanted).with(lines).with(IdentityLayer)
}

/// Many lines a write when many wait: `io::stdout` would ask the system once for each line.
fn standard_output() -> io::Result<impl Write> {
    let descriptor = io::stdout().as_fd().try_clone_to_owned()?;
    Ok(BufWriter::with_capacity(BUFFER_BYTES, File::from(descriptor)))
}

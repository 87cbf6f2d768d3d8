use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::thread;
use std::time::Duration;

use ore_traces::Traces;
use tracing::Subscriber;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use super::identity::IdentityLayer;
use super::json::JsonLines;
use super::level::is_wanted;
use super::text::TextLines;
use crate::settings::{LogFormat, LogSettings};

/// Lines that may wait for a slow reader; beyond them lines are lost, since a service that waits for the reader of its
/// log answers nobody.
const WAITING_LINES: usize = 16_384;

/// Lines are written together up to this size, in bytes.
const BUFFER_BYTES: usize = 64 * 1024;

/// How long the thread that writes rests once it has written all there was. A request whose line finds it resting need
/// not wake it, which would cost more than the line.
const REST: Duration = Duration::from_millis(5);

/// Sends the log of the process to standard output, from a thread of its own; dropping the guard writes what waits. The
/// same spans go to `traces`.
///
/// # Errors
/// When there is no standard output, or the process has a log already.
pub fn init(settings: &LogSettings, traces: Option<&Traces>) -> io::Result<WorkerGuard> {
    let (writer, guard) =
        NonBlockingBuilder::default().lossy(true).buffered_lines_limit(WAITING_LINES).finish(standard_output()?);
    let subscriber = subscriber(settings, LineSender(writer));
    // Not an optional layer, which every span and line would pass for nothing.
    let initialized = match traces {
        Some(traces) => subscriber.with(traces.layer()).try_init(),
        None => subscriber.try_init(),
    };
    initialized.map_err(io::Error::other)?;
    Ok(guard)
}

/// What makes lines of the log from events and spans, and gives them to the writer one by one.
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

/// Hands lines over to the thread that writes.
struct LineSender(NonBlocking);

thread_local! {
    /// tracing-appender makes a copy for each line, and every copy changes counters that all workers share.
    static COPY: RefCell<Option<NonBlocking>> = const { RefCell::new(None) };
}

impl<'a> MakeWriter<'a> for LineSender {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl Write for &LineSender {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let sent = COPY.try_with(|copy| copy.borrow_mut().get_or_insert_with(|| self.0.clone()).write(line));
        // At the very end of a thread there is no copy any more.
        sent.unwrap_or_else(|_| self.0.clone().write(line))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Many lines a write when many wait: `io::stdout` would ask the system once for each line.
fn standard_output() -> io::Result<impl Write> {
    let descriptor = io::stdout().as_fd().try_clone_to_owned()?;
    Ok(Restful(BufWriter::with_capacity(BUFFER_BYTES, File::from(descriptor))))
}

/// Rests after each flush, which the thread that writes calls whenever no line waits.
struct Restful<W>(W);

impl<W: Write> Write for Restful<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()?;
        thread::sleep(REST);
        Ok(())
    }
}

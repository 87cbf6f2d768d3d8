use std::fmt;

use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::escape;
use super::event::{Line, Part};

/// Lines for people.
pub(super) struct TextLines;

impl<S, N> FormatEvent<S, N> for TextLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let line = Line::of(context, event);
        write!(writer, "{} {:<8} {}", line.timestamp, line.level, line.logger)?;
        line.each(Part::Message, |_, value| {
            let _ = write!(writer, " {}", escape::text(&value.to_string()));
        });
        if let Some(identity) = &line.identity {
            write!(writer, " request_id={}", identity.request_id)?;
        }
        if let Some(id) = line.user_id {
            write!(writer, " user_id={id}")?;
        }
        if let Some(id) = line.identity.as_ref().and_then(|identity| identity.impersonator_id()) {
            write!(writer, " impersonator_id={id}")?;
        }
        if let Some(ids) = line.identity.as_ref().and_then(|identity| identity.trace()) {
            write!(writer, " trace_id={} span_id={}", ids.trace, ids.span)?;
        }
        for part in [Part::Other, Part::Exception] {
            line.each(part, |name, value| {
                let _ = write!(writer, " {name}={}", escape::text(&value.to_string()));
            });
        }
        writeln!(writer)
    }
}

use std::fmt;

use serde_json::Value;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::escape;
use super::event::Line;

/// Lines for people.
pub(super) struct TextLines;

impl<S, N> FormatEvent<S, N> for TextLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let line = Line::of(context, event);
        let message = escape::text(&line.fields.message);
        write!(writer, "{} {:<8} {} {message}", line.timestamp, line.level, line.logger)?;
        if let Some(id) = &line.identity.request_id {
            write!(writer, " request_id={id}")?;
        }
        if let Some(id) = line.identity.user_id {
            write!(writer, " user_id={id}")?;
        }
        if let Some(ids) = &line.identity.trace {
            write!(writer, " trace_id={} span_id={}", ids.trace, ids.span)?;
        }
        for (name, value) in &line.fields.others {
            match value {
                Value::String(text) => write!(writer, " {name}={}", escape::text(text))?,
                other => write!(writer, " {name}={other}")?,
            }
        }
        if let Some(exception) = &line.fields.exception {
            write!(writer, " exception={}", escape::text(exception))?;
        }
        writeln!(writer)
    }
}

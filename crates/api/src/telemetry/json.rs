use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::escape;
use super::event::Line;

/// The names that every line has; a field of an event that is called so gets a mark and does not stand for it.
const RESERVED: [&str; 12] = [
    "timestamp",
    "level",
    "logger",
    "message",
    "module",
    "function",
    "line",
    "request_id",
    "user_id",
    "trace_id",
    "span_id",
    "exception",
];

/// What a line of the access log is not longer than, as a rule.
const USUAL_BYTES: usize = 512;

/// One JSON object a line, with the fields of the contract.
pub(super) struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = Vec::with_capacity(USUAL_BYTES);
        serde_json::to_writer(&mut line, &Line::of(context, event)).map_err(|_| fmt::Error)?;
        writer.write_str(&escape::json(str::from_utf8(&line).map_err(|_| fmt::Error)?))?;
        writer.write_char('\n')
    }
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("timestamp", &self.timestamp)?;
        map.serialize_entry("level", self.level)?;
        map.serialize_entry("logger", &self.logger)?;
        map.serialize_entry("message", &self.fields.message)?;
        map.serialize_entry("module", &self.module)?;
        map.serialize_entry("function", &self.function)?;
        map.serialize_entry("line", &self.number)?;
        serialize_present(&mut map, "request_id", self.identity.request_id.as_deref())?;
        serialize_present(&mut map, "user_id", self.identity.user_id.as_ref())?;
        if let Some(ids) = &self.identity.trace {
            map.serialize_entry("trace_id", &ids.trace)?;
            map.serialize_entry("span_id", &ids.span)?;
        }
        serialize_present(&mut map, "exception", self.fields.exception.as_ref())?;
        for (name, value) in &self.fields.others {
            serialize_other(&mut map, name, value)?;
        }
        map.end()
    }
}

fn serialize_present<M: SerializeMap>(
    map: &mut M,
    name: &str,
    value: Option<&(impl Serialize + ?Sized)>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(name, value))
}

fn serialize_other<M: SerializeMap>(map: &mut M, name: &str, value: &Value) -> Result<(), M::Error> {
    if RESERVED.contains(&name) {
        map.serialize_entry(&format!("{name}_"), value)
    } else {
        map.serialize_entry(name, value)
    }
}

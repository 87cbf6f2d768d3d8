use std::fmt;

use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::event::{Line, Part};
use super::field_value::FieldValue;
use super::json_object::JsonObject;

/// The names that every line has; a field of an event that is called so gets a mark and does not stand for it.
const RESERVED: [&str; 13] = [
    "timestamp",
    "level",
    "logger",
    "message",
    "module",
    "function",
    "line",
    "request_id",
    "user_id",
    "impersonator_id",
    "trace_id",
    "span_id",
    "exception",
];

/// The usual maximum length of a line of the access log.
const USUAL_BYTES: usize = 512;

/// One JSON object a line, with the fields of the contract.
pub(super) struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        writer.write_str(&written(&Line::of(context, event)))?;
        writer.write_char('\n')
    }
}

fn written(line: &Line<'_>) -> String {
    let mut object = JsonObject::with_capacity(USUAL_BYTES);
    object.shown("timestamp", line.timestamp);
    object.text("level", line.level);
    object.text("logger", &line.logger);
    if write_fields(&mut object, line, Part::Message) == 0 {
        object.text("message", "");
    }
    object.text("module", line.module);
    object.text("function", line.function);
    object.plain("line", line.number);
    write_identity(&mut object, line);
    write_fields(&mut object, line, Part::Exception);
    write_fields(&mut object, line, Part::Other);
    object.end()
}

fn write_identity(object: &mut JsonObject, line: &Line<'_>) {
    if let Some(identity) = &line.identity {
        object.text("request_id", &identity.request_id);
    }
    if let Some(id) = line.user_id {
        object.plain("user_id", id);
    }
    if let Some(id) = line.identity.as_ref().and_then(|identity| identity.impersonator_id()) {
        object.plain("impersonator_id", id);
    }
    if let Some(ids) = line.identity.as_ref().and_then(|identity| identity.trace()) {
        object.text("trace_id", &ids.trace);
        object.text("span_id", &ids.span);
    }
}

/// Writes the fields that are this part of the line, and returns how many they were.
fn write_fields(object: &mut JsonObject, line: &Line<'_>, part: Part) -> usize {
    let mut written = 0;
    line.each(part, |name, value| {
        written += 1;
        if part == Part::Other && RESERVED.contains(&name) {
            write_field(object, &format!("{name}_"), &value);
        } else {
            write_field(object, name, &value);
        }
    });
    written
}

fn write_field(object: &mut JsonObject, name: &str, value: &FieldValue<'_>) {
    match value {
        FieldValue::Text(text) => object.text(name, text),
        FieldValue::Shown(_) => object.shown(name, value),
        FieldValue::Signed(number) => object.plain(name, number),
        FieldValue::Unsigned(number) => object.plain(name, number),
        FieldValue::Float(number) => object.plain(name, number),
        FieldValue::Truth(truth) => object.plain(name, truth),
    }
}

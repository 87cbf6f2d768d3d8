use std::borrow::Cow;
use std::sync::Arc;

use ore_domain::{Clock, Rfc3339, SystemClock};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::{FmtContext, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::field_value::{EachField, FieldValue};
use super::level::level_name;
use super::log_context::LogContext;

/// The `function` of lines within a request, unless a span has a name.
const IN_A_REQUEST: &str = "request";

/// One line of the log before it is formatted.
pub(super) struct Line<'a> {
    pub(super) timestamp: Rfc3339,
    pub(super) level: &'static str,
    pub(super) logger: Cow<'static, str>,
    pub(super) module: &'static str,
    pub(super) function: &'static str,
    pub(super) number: u32,
    pub(super) user_id: Option<i64>,
    pub(super) identity: Option<Arc<LogContext>>,
    event: &'a Event<'a>,
}

/// The role of a field of an event in its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Message,
    Exception,
    Other,
}

impl<'a> Line<'a> {
    pub(super) fn of<S, N>(context: &FmtContext<'_, S, N>, event: &'a Event<'a>) -> Self
    where
        S: Subscriber + for<'b> LookupSpan<'b>,
        N: for<'b> FormatFields<'b> + 'static,
    {
        let metadata = event.metadata();
        let identity = LogContext::current().or_else(|| identity_of_spans(context));
        let module = last_segment(metadata.module_path().unwrap_or_else(|| metadata.target()));
        let outside_of_spans = if identity.is_some() { IN_A_REQUEST } else { module };
        Self {
            timestamp: Rfc3339(SystemClock.now()),
            level: level_name(metadata),
            logger: logger(event),
            module,
            function: context.parent_span().map_or(outside_of_spans, |span| span.name()),
            number: metadata.line().unwrap_or_default(),
            user_id: user_id(event).or_else(|| identity.as_ref()?.user_id()),
            identity,
            event,
        }
    }

    /// Calls `take` with each field that is this part of the line.
    pub(super) fn each(&self, part: Part, mut take: impl FnMut(&'static str, FieldValue<'_>)) {
        self.event.record(&mut EachField(|name, value: FieldValue<'_>| {
            if part_of(name, &value) == Some(part) {
                take(name, value);
            }
        }));
    }
}

/// `None` for fields that do not become a part of their own.
fn part_of(name: &str, value: &FieldValue<'_>) -> Option<Part> {
    match (name, value) {
        ("message", _) => Some(Part::Message),
        ("exception", _) => Some(Part::Exception),
        ("critical", _) | ("user_id", FieldValue::Signed(_)) => None,
        _ if name.starts_with("log.") => None,
        _ => Some(Part::Other),
    }
}

/// Lines of libraries that use the older `log` crate carry their origin in fields.
fn logger(event: &Event<'_>) -> Cow<'static, str> {
    let mut logger = Cow::Borrowed(event.metadata().target());
    find(event, "log.target", |value| logger = value.to_string().into());
    logger
}

/// The user whom the event itself names, perhaps before the request has authenticated one.
fn user_id(event: &Event<'_>) -> Option<i64> {
    let mut id = None;
    find(event, "user_id", |value| {
        if let FieldValue::Signed(number) = value {
            id = Some(number);
        }
    });
    id
}

fn find(event: &Event<'_>, wanted: &str, mut take: impl FnMut(FieldValue<'_>)) {
    // Most events lack the field, which their metadata tells without visiting the values.
    if event.metadata().fields().field(wanted).is_some() {
        event.record(&mut EachField(|name, value: FieldValue<'_>| {
            if name == wanted {
                take(value);
            }
        }));
    }
}

/// The identity that a span holds, for threads that run a span but serve no request.
fn identity_of_spans<S, N>(context: &FmtContext<'_, S, N>) -> Option<Arc<LogContext>>
where
    S: Subscriber + for<'b> LookupSpan<'b>,
    N: for<'b> FormatFields<'b> + 'static,
{
    context.event_scope()?.find_map(|span| span.extensions().get::<Arc<LogContext>>().map(Arc::clone))
}

fn last_segment(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

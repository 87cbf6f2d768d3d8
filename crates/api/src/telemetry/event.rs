use std::borrow::Cow;
use std::fmt::Debug;

use chrono::SecondsFormat;
use ore_domain::{Clock, SystemClock};
use serde_json::{Number, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::fmt::{FmtContext, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::identity::Identity;
use super::level::level_name;

/// One line of the log before it has a form.
pub(super) struct Line {
    pub(super) timestamp: String,
    pub(super) level: &'static str,
    pub(super) logger: Cow<'static, str>,
    pub(super) module: &'static str,
    pub(super) function: &'static str,
    pub(super) number: u32,
    pub(super) identity: Identity,
    pub(super) fields: Fields,
}

/// What the event itself says.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) message: String,
    pub(super) exception: Option<String>,
    identity: Identity,
    pub(super) others: Vec<(&'static str, Value)>,
}

impl Line {
    pub(super) fn of<S, N>(context: &FmtContext<'_, S, N>, event: &Event<'_>) -> Self
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
        N: for<'a> FormatFields<'a> + 'static,
    {
        let metadata = event.metadata();
        let mut fields = Fields::default();
        event.record(&mut fields);
        let module = last_segment(metadata.module_path().unwrap_or_else(|| metadata.target()));
        let function = context.parent_span().map_or(module, |span| span.name());
        Self {
            timestamp: SystemClock.now().to_rfc3339_opts(SecondsFormat::Micros, true),
            level: level_name(metadata),
            logger: logger(metadata, &mut fields),
            identity: identity(context, &mut fields),
            number: metadata.line().unwrap_or_default(),
            module,
            function,
            fields,
        }
    }
}

/// Lines of libraries that use the older `log` crate carry their origin in fields.
fn logger(metadata: &'static Metadata<'static>, fields: &mut Fields) -> Cow<'static, str> {
    let origin = fields.others.iter().find(|(name, _)| *name == "log.target");
    let Some(target) = origin.and_then(|(_, value)| value.as_str()) else { return metadata.target().into() };
    let logger = target.to_owned();
    fields.others.retain(|(name, _)| !name.starts_with("log."));
    logger.into()
}

/// The event's own word first, then the spans around it, innermost first.
fn identity<S, N>(context: &FmtContext<'_, S, N>, fields: &mut Fields) -> Identity
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    let mut identity = std::mem::take(&mut fields.identity);
    for span in context.event_scope().into_iter().flatten() {
        if let Some(outer) = span.extensions().get::<Identity>() {
            identity.request_id = identity.request_id.or_else(|| outer.request_id.clone());
            identity.user_id = identity.user_id.or(outer.user_id);
            identity.trace = identity.trace.or_else(|| outer.trace.clone());
        }
    }
    identity
}

fn last_segment(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

impl Fields {
    fn insert(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::String(text)) => self.message = text,
            ("exception", Value::String(text)) => self.exception = Some(text),
            ("critical", _) => {}
            (name, value) => self.others.push((name, value)),
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "request_id" {
            self.identity.record_str(field, value);
        } else {
            self.insert(field, value.into());
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        if field.name() == "user_id" {
            self.identity.record_i64(field, value);
        } else {
            self.insert(field, value.into());
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, Number::from_f64(value).map_or(Value::Null, Value::Number));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.insert(field, format!("{value:?}").into());
    }
}

use std::fmt::Debug;
use std::sync::Arc;

use ore_traces::TraceIds;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Span, Subscriber, span};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

/// Whose line it is: taken from the span of the request, so that every line within it can say so.
#[derive(Debug, Clone, Default)]
pub(super) struct Identity {
    pub(super) request_id: Option<Arc<str>>,
    pub(super) user_id: Option<i64>,
    /// None while no traces are sent.
    pub(super) trace: Option<Arc<TraceIds>>,
}

/// Gives the lines within the span the ids that it has among the traces.
pub(super) fn note_trace(span: &Span, ids: TraceIds) {
    span.with_subscriber(|(id, dispatch)| {
        if let Some(registry) = dispatch.downcast_ref::<Registry>()
            && let Some(span) = registry.span(id)
            && let Some(identity) = span.extensions_mut().get_mut::<Identity>()
        {
            identity.trace = Some(Arc::new(ids));
        }
    });
}

/// Keeps the identity of each span where the formatters find it.
pub(super) struct IdentityLayer;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for IdentityLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let mut identity = Identity::default();
        attributes.record(&mut identity);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(identity);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(identity) = span.extensions_mut().get_mut::<Identity>()
        {
            values.record(identity);
        }
    }
}

impl Visit for Identity {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "request_id" {
            self.request_id = Some(value.into());
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        if field.name() == "user_id" {
            self.user_id = Some(value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

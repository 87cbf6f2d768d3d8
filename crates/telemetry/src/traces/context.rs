use std::collections::HashMap;

use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// By which a span is found among the traces, each written in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceIds {
    /// Shared by all spans of a trace, in all services.
    pub trace: String,
    /// The span's own.
    pub span: String,
}

/// Begins a span that has been made and not yet entered, in the trace that the values of `traceparent` and `tracestate`
/// name, else in a trace of its own; the ids that it has from now on. None while no traces are sent.
pub fn begin(span: &Span, parent: Option<&str>, state: Option<&str>) -> Option<TraceIds> {
    if let Some(parent) = parent {
        let headers = [("traceparent", Some(parent)), ("tracestate", state)];
        let headers = headers.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        let headers: HashMap<String, String> = headers.collect();
        // Fails where no traces are sent, which the ids tell as well.
        let _ = span.set_parent(TraceContextPropagator::new().extract_with_context(&Context::new(), &headers));
    }
    let context = span.context();
    let ids = context.span().span_context().clone();
    ids.is_valid().then(|| TraceIds { trace: ids.trace_id().to_string(), span: ids.span_id().to_string() })
}

/// Gives a span that has started another name.
pub fn rename(span: &Span, name: String) {
    span.context().span().update_name(name);
}

/// The headers that tie what another service does for this span to it.
pub fn headers_of(span: &Span) -> HashMap<String, String> {
    let mut headers = HashMap::new();
    TraceContextPropagator::new().inject_context(&span.context(), &mut headers);
    headers.retain(|_, value| !value.is_empty());
    headers
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::super::Traces;
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn parent() -> String {
        format!("00-{TRACE}-00f067aa0ba902b7-01")
    }

    /// Runs where spans become traces that are sent nowhere.
    fn traced<T>(body: impl FnOnce() -> T) -> T {
        let traces = Traces::without_exporter();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(traces.layer()), body)
    }

    #[test]
    fn a_span_goes_on_with_the_trace_of_its_caller_and_hands_it_on() {
        let (ids, outer, inner) = traced(|| {
            let span = tracing::error_span!("request");
            let ids = begin(&span, Some(&parent()), Some("vendor=1")).unwrap();
            let call = tracing::error_span!(parent: &span, "call");
            (ids, headers_of(&span), headers_of(&call))
        });
        assert_eq!(ids.trace, TRACE);
        assert_eq!(outer["traceparent"], format!("00-{TRACE}-{}-01", ids.span));
        assert_eq!(outer["tracestate"], "vendor=1");
        assert!(inner["traceparent"].starts_with(&format!("00-{TRACE}-")), "{inner:?}");
        assert_ne!(inner["traceparent"], outer["traceparent"]);
    }

    #[test]
    fn without_a_caller_s_trace_or_with_a_broken_one_a_span_begins_its_own() {
        for parent in [None, Some(""), Some("00-00000000000000000000000000000000-00f067aa0ba902b7-01"), Some("x\u{7f}")]
        {
            let ids = traced(|| begin(&tracing::error_span!("request"), parent, None)).unwrap();
            assert!(ids.trace.len() == 32 && ids.span.len() == 16 && ids.trace != TRACE, "{ids:?}");
        }
    }

    #[test]
    fn where_no_traces_are_sent_a_span_has_neither_ids_nor_headers() {
        let subscriber = tracing_subscriber::registry();
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::error_span!("request");
            assert_eq!(begin(&span, Some(&parent()), None), None);
            assert!(headers_of(&span).is_empty());
        });
    }
}

use std::future::Future;
use std::sync::{Arc, OnceLock};

use ore_traces::TraceIds;
use tokio::task::futures::TaskLocalFuture;
use tokio::task_local;
use tracing::span::{Attributes, Id};
use tracing::{Span, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

task_local! {
    static CURRENT: Arc<Identity>;
}

/// Whose lines of the log those are that are written while a request is served.
///
/// Not kept in a span: most requests are not traced, and a span takes longer than everything else that follows one.
#[derive(Debug)]
pub struct Identity {
    /// The id of the request.
    pub request_id: String,
    user_id: OnceLock<i64>,
    trace: OnceLock<TraceIds>,
}

impl Identity {
    /// Of a request that nothing else is known of.
    pub fn of_request(request_id: String) -> Arc<Self> {
        Arc::new(Self { request_id, user_id: OnceLock::new(), trace: OnceLock::new() })
    }

    /// Of the request that is being served here.
    pub(super) fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(Arc::clone).ok()
    }

    /// Serves the request; lines that are written meanwhile are its own.
    pub fn follow<F: Future>(self: Arc<Self>, serving: F) -> TaskLocalFuture<Arc<Self>, F> {
        CURRENT.scope(self, serving)
    }

    /// Notes whom the request is from.
    pub fn note_user(&self, id: i64) {
        let _ = self.user_id.set(id);
    }

    /// Notes which trace the request is part of.
    pub(super) fn note_trace(&self, ids: TraceIds) {
        let _ = self.trace.set(ids);
    }

    pub(super) fn user_id(&self) -> Option<i64> {
        self.user_id.get().copied()
    }

    /// None while no traces are sent.
    pub(super) fn trace(&self) -> Option<&TraceIds> {
        self.trace.get()
    }
}

/// What work takes along that goes on in another thread, so that its lines and spans are those of its request.
pub struct Origin {
    identity: Option<Arc<Identity>>,
    span: Span,
}

impl Origin {
    /// Of what is done here.
    pub fn current() -> Self {
        Self { identity: Identity::current(), span: Span::current() }
    }

    /// Does the work as if it were done there.
    pub fn run<T>(self, work: impl FnOnce() -> T) -> T {
        let Self { identity, span } = self;
        span.in_scope(|| match identity {
            Some(identity) => CURRENT.sync_scope(identity, work),
            None => work(),
        })
    }
}

/// Has spans keep the identity of the request that they were begun in, for those that go on in other threads.
pub(super) struct IdentityLayer;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for IdentityLayer {
    fn on_new_span(&self, _: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let (Some(identity), Some(span)) = (Identity::current(), context.span(id)) {
            span.extensions_mut().insert(identity);
        }
    }
}

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::task::futures::TaskLocalFuture;
use tokio::task_local;
use tracing::span::{Attributes, Id};
use tracing::{Span, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::traces::TraceIds;

task_local! {
    static CURRENT: Arc<LogContext>;
}

/// Whose lines of the log those are that are written while a request is served.
///
/// Not kept in a span: most requests are not traced, and a span takes longer than everything else that follows one.
#[derive(Debug)]
pub struct LogContext {
    /// The id of the request.
    pub request_id: String,
    user_id: OnceLock<i64>,
    impersonator_id: OnceLock<i64>,
    presents_credentials: AtomicBool,
    trace: OnceLock<TraceIds>,
}

impl LogContext {
    /// Of a request that nothing else is known of.
    pub fn of_request(request_id: String) -> Arc<Self> {
        Arc::new(Self {
            request_id,
            user_id: OnceLock::new(),
            impersonator_id: OnceLock::new(),
            presents_credentials: AtomicBool::new(false),
            trace: OnceLock::new(),
        })
    }

    /// Of the request that is being served here.
    pub(super) fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(Arc::clone).ok()
    }

    /// Serves the request; lines that are written meanwhile are its own.
    pub fn follow<F: Future>(self: Arc<Self>, serving: F) -> TaskLocalFuture<Arc<Self>, F> {
        CURRENT.scope(self, serving)
    }

    /// Records whom the request is from.
    pub fn record_user(&self, id: i64) {
        let _ = self.user_id.set(id);
    }

    /// Records that the request presents an address and a password: its lines are not dropped.
    pub fn record_credentials(&self) {
        self.presents_credentials.store(true, Ordering::Relaxed);
    }

    /// Whether the request that is being served here does.
    pub(super) fn presents_credentials() -> bool {
        CURRENT.try_with(|current| current.presents_credentials.load(Ordering::Relaxed)).unwrap_or(false)
    }

    /// Records whom the request is from that is being served here, for its lines and its trace.
    pub fn record_current_user(id: i64) {
        let _ = CURRENT.try_with(|current| current.record_user(id));
        Span::current().record("user_id", id);
    }

    /// Records who acts in place of the user in the request that is being served here, for its lines and its trace.
    pub fn record_current_impersonator(id: i64) {
        let _ = CURRENT.try_with(|current| current.impersonator_id.set(id));
        Span::current().record("impersonator_id", id);
    }

    /// Records which trace the request is part of.
    pub fn record_trace(&self, ids: TraceIds) {
        let _ = self.trace.set(ids);
    }

    pub(super) fn user_id(&self) -> Option<i64> {
        self.user_id.get().copied()
    }

    pub(super) fn impersonator_id(&self) -> Option<i64> {
        self.impersonator_id.get().copied()
    }

    /// None while no traces are sent.
    pub(super) fn trace(&self) -> Option<&TraceIds> {
        self.trace.get()
    }
}

/// The context that work takes to another thread, so that its lines and spans belong to its request.
pub struct CapturedContext {
    identity: Option<Arc<LogContext>>,
    span: Span,
}

impl CapturedContext {
    /// Of what is done here.
    pub fn current() -> Self {
        Self { identity: LogContext::current(), span: Span::current() }
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

/// Has spans keep the identity of the request that they were started in, for those that go on in other threads.
pub(super) struct IdentityLayer;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for IdentityLayer {
    fn on_new_span(&self, _: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let (Some(identity), Some(span)) = (LogContext::current(), context.span(id)) {
            span.extensions_mut().insert(identity);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Mutex, PoisonError};
    use std::thread;

    use futures_util::FutureExt;
    use ore_settings::{LogFormat, LogLevel, LogSettings};
    use serde_json::{Value, json};
    use tracing::dispatcher::{Dispatch, with_default};

    use super::*;
    use crate::subscriber;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The line that another thread writes with what a request of user 7 hands it.
    fn line_elsewhere<T: Send>(hand: impl FnOnce() -> T, write: impl FnOnce(T) + Send) -> Value {
        let (lines, settings) = (Lines::default(), LogSettings { format: LogFormat::Json, level: LogLevel::Info });
        let writer = lines.clone();
        let dispatch = Dispatch::new(subscriber(&settings, move || writer.clone()));
        with_default(&dispatch, || {
            let identity = LogContext::of_request("r-1".to_owned());
            identity.record_user(7);
            let handed = identity.follow(async { hand() }).now_or_never().unwrap();
            thread::scope(|scope| scope.spawn(|| with_default(&dispatch, || write(handed))).join().unwrap());
        });
        let written = lines.0.lock().unwrap().clone();
        serde_json::from_slice(&written).unwrap()
    }

    fn identity_and_function(line: &Value) -> [&Value; 3] {
        [&line["request_id"], &line["user_id"], &line["function"]]
    }

    #[test]
    fn work_in_another_thread_writes_the_lines_of_its_request() {
        let line = line_elsewhere(CapturedContext::current, |origin| origin.run(|| tracing::info!("done")));
        assert_eq!(identity_and_function(&line), [&json!("r-1"), &json!(7), &json!("request")]);
    }

    #[test]
    fn a_span_that_goes_on_in_another_thread_is_of_the_request_it_was_begun_in() {
        let begin = || tracing::info_span!("call");
        let line = line_elsewhere(begin, |span| span.in_scope(|| tracing::info!("done")));
        assert_eq!(identity_and_function(&line), [&json!("r-1"), &json!(7), &json!("call")]);
    }

    #[test]
    fn other_work_there_is_of_no_request() {
        let line = line_elsewhere(|| (), |()| tracing::info!("done"));
        assert_eq!(identity_and_function(&line), [&Value::Null, &Value::Null, &json!("tests")]);
    }

    #[test]
    fn a_line_names_its_own_user_before_that_of_its_request() {
        let write = |origin: CapturedContext| origin.run(|| tracing::info!(user_id = 8, "done"));
        assert_eq!(line_elsewhere(CapturedContext::current, write)["user_id"], 8);
        let write = |origin: CapturedContext| origin.run(|| tracing::info!(user_id = "eight", "done"));
        let line = line_elsewhere(CapturedContext::current, write);
        assert_eq!([&line["user_id"], &line["user_id_"]], [&json!(7), &json!("eight")]);
    }
}

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use backon::Retryable;
use ore_domain::BoxFuture;
use ore_domain::{Breaker, BreakerChange};
use ore_services::{ExternalApi, ExternalApiError, ExternalCall};
use ore_telemetry::metrics::{CallObserver, Outcome};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};
use rustls::ClientConfig;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tracing::field::Empty;
use tracing::{Instrument, Span};

use crate::exchange::{exchange, prepare};
use crate::fault::Fault;
use crate::{ExternalOptions, TlsError, retry, tls};

/// A host inside of a network answers sooner, and one that does not leaves time for another attempt.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Shorter than servers keep connections that nobody uses, so that a call seldom meets one that is about to close.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// The other service over HTTP. A call that has started goes on, whether or not somebody waits for it, until it or the
/// process ends.
pub struct HttpExternalApi {
    shared: Arc<Shared>,
    /// The runtime of all connections, so that a busy worker does not delay the answers to others.
    runtime: Handle,
}

struct Shared {
    /// None once closed, so that unused connections close.
    client: Mutex<Option<Client>>,
    options: ExternalOptions,
    breaker: Breaker,
    slots: Semaphore,
    observer: Box<dyn CallObserver>,
    trace_headers: TraceHeaders,
}

/// This number of failures in a row is an outage, and not the hiccup of a service that restarts.
const FAILURES_OF_AN_OUTAGE: u32 = 5;

/// Names and values of the headers that tie what the other service does to the span of a call.
pub type TraceHeaders = fn(&Span) -> HashMap<String, String>;

/// Why calls cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The key holds a character that no header may hold.
    #[error("the key cannot stand in a header")]
    Key,
    /// TLS cannot be spoken.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The client does not take its configuration.
    #[error(transparent)]
    Client(#[from] reqwest::Error),
}

impl HttpExternalApi {
    /// Calls on the runtime that this is called on; nothing is sent before the first call.
    ///
    /// # Errors
    /// As [`StartError`] says.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(
        options: ExternalOptions,
        observer: Box<dyn CallObserver>,
        trace_headers: TraceHeaders,
    ) -> Result<Self, StartError> {
        let tls = tls::client_config(&options)?;
        let client = client_builder(tls).default_headers(authorization(options.key.as_ref())?).build()?;
        let shared = Shared {
            client: Mutex::new(Some(client)),
            breaker: Breaker::with_trials(FAILURES_OF_AN_OUTAGE, options.breaker_pause),
            slots: Semaphore::new(options.max_calls),
            options,
            observer,
            trace_headers,
        };
        Ok(Self { shared: Arc::new(shared), runtime: Handle::current() })
    }

    /// Makes no more calls and closes the connections that none is using; calls under way end by themselves, or with the process.
    pub fn close(&self) {
        self.shared.client.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl ExternalApi for HttpExternalApi {
    fn call(&self, call: ExternalCall) -> BoxFuture<'_, Result<Value, ExternalApiError>> {
        let shared = Arc::clone(&self.shared);
        // At the highest level, so that it is there whatever is logged.
        let span = tracing::error_span!(
            "external_call",
            otel.kind = "client",
            otel.status_code = Empty,
            http.request.method = call.method.name(),
            server.address = self.shared.options.base.host_str(),
            url.path = call.path,
        );
        let calling = self.runtime.spawn(async move { shared.call(&call).await }.instrument(span));
        Box::pin(async move { calling.await.map_err(|error| ExternalApiError::Unavailable(error.into()))? })
    }
}

/// Redirects are answers like any other, and no proxy is taken from the environment: a call goes where the settings say
/// or nowhere.
fn client_builder(tls: ClientConfig) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .user_agent(concat!("ore-backend/", env!("CARGO_PKG_VERSION")))
}

fn authorization(key: Option<&SecretString>) -> Result<HeaderMap, StartError> {
    let mut headers = HeaderMap::new();
    if let Some(key) = key {
        let value = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()));
        let mut value = value.map_err(|_| StartError::Key)?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}

impl Shared {
    async fn call(&self, call: &ExternalCall) -> Result<Value, ExternalApiError> {
        let started = Instant::now();
        let result = self.call_in_slot(call, started).await;
        let outcome = result.as_ref().map_or_else(Fault::outcome, |_| Outcome::Success);
        if outcome != Outcome::Success {
            Span::current().record("otel.status_code", "ERROR");
        }
        self.observer.called(outcome, started.elapsed());
        Ok(result?)
    }

    async fn call_in_slot(&self, call: &ExternalCall, started: Instant) -> Result<Value, Fault> {
        let _slot = self.slots.try_acquire().map_err(|_| Fault::TooManyCalls)?;
        let left = || self.options.timeout.saturating_sub(started.elapsed());
        (|| self.attempt(call, left()))
            .retry(retry::backoff())
            .when(|fault| retry::may_repeat(call, fault))
            .adjust(|fault, planned| retry::pause(fault, planned, left()))
            .await
    }

    async fn attempt(&self, call: &ExternalCall, left: Duration) -> Result<Value, Fault> {
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(Fault::Closed)?;
        // Before the breaker is asked: a call that cannot be written tells it nothing.
        let request = prepare(&client, &self.options.base, call, (self.trace_headers)(&Span::current()))?;
        if !self.breaker.admits(Instant::now()) {
            return Err(Fault::BreakerOpen);
        }
        let exchange = exchange(&client, request, self.options.max_answer_bytes);
        let result = timeout(left, exchange).await.unwrap_or(Err(Fault::Slow(self.options.timeout)));
        self.record_in_breaker(result.as_ref().err());
        result
    }

    fn record_in_breaker(&self, fault: Option<&Fault>) {
        let attempt = fault.filter(|fault| fault.is_outage()).map_or(Ok(()), Err);
        match (self.breaker.record(&attempt, Instant::now()), fault) {
            (BreakerChange::Opened, Some(fault)) => {
                self.observer.breaker_is_open(true);
                tracing::warn!(exception = %fault, "The external service is away; calls fail at once until it is back");
            }
            (BreakerChange::Closed, _) => {
                self.observer.breaker_is_open(false);
                tracing::info!("The external service is back");
            }
            _ => {}
        }
    }
}

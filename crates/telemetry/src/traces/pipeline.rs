use std::env;
use std::thread;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, OTEL_EXPORTER_OTLP_TIMEOUT_DEFAULT, SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::{EnvResourceDetector, ResourceDetector, SdkProvidedResourceDetector};
use opentelemetry_sdk::trace::SdkTracerProvider;
use reqwest::blocking::{Client, ClientBuilder};
use reqwest::redirect::Policy;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use super::exporter::OutageLogger;

/// The name that the library gives to an unnamed service.
const UNNAMED: &str = "unknown_service";

/// Sends what spans tell, in batches and from a thread of its own. While the collector is away or slow, spans wait up to
/// a bound and are dropped beyond it; nobody waits for them.
pub struct Traces {
    provider: SdkTracerProvider,
}

/// Why no traces can be sent.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// A variable of OpenTelemetry has a value that cannot be used.
    #[error(transparent)]
    Exporter(#[from] ExporterBuildError),
    /// The client does not take its configuration.
    #[error(transparent)]
    Client(#[from] reqwest::Error),
    /// The operating system gave no thread.
    #[error("cannot start a thread")]
    Thread,
}

impl Traces {
    /// Begins to send, as the variables of OpenTelemetry say, in the name of `service` unless they give another.
    ///
    /// # Errors
    /// As [`TracesError`] says. The collector need not be there.
    pub fn start(service: &'static str, version: &str) -> Result<Self, TracesError> {
        let exporter = SpanExporter::builder().with_http().with_http_client(client()?).build()?;
        let resource = resource(service, version);
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_batch_exporter(OutageLogger::new(exporter))
            .build();
        Ok(Self { provider })
    }

    /// Takes spans, but not what is logged in them, which the log has.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        let layer = tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("ore"))
            .with_context_activation(false)
            .with_location(false)
            .with_target(false)
            .with_threads(false)
            .with_tracked_inactivity(false);
        layer.with_filter(filter_fn(is_span))
    }

    /// For tests of what spans have without a collector.
    #[cfg(test)]
    pub(crate) fn without_exporter() -> Self {
        Self { provider: SdkTracerProvider::builder().build() }
    }

    /// Sends what waits, for no longer than this; what is not sent by then is lost.
    pub fn finish(self, time: Duration) {
        if let Err(error) = self.provider.shutdown_with_timeout(time) {
            tracing::warn!(exception = %error, "The last traces could not be sent");
        }
    }
}

fn is_span(metadata: &Metadata<'_>) -> bool {
    metadata.is_span()
}

/// On a thread of its own: a blocking client may not be made on a runtime.
fn client() -> Result<Client, TracesError> {
    let build = || builder().build().or_else(|_| builder().tls_certs_only([]).build());
    let building = thread::Builder::new().spawn(build).map_err(|_| TracesError::Thread)?;
    Ok(building.join().map_err(|_| TracesError::Thread)??)
}

/// Trusts whom the operating system trusts, or nobody where it trusts nobody: most collectors are asked over plain HTTP,
/// on the same machine.
fn builder() -> ClientBuilder {
    Client::builder().redirect(Policy::none()).no_proxy().timeout(timeout())
}

/// As long as OpenTelemetry's variables say, which its library honours only with a client that it has made.
#[allow(clippy::disallowed_methods, reason = "variables of OpenTelemetry, read where its library reads the others")]
fn timeout() -> Duration {
    let variables = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];
    let milliseconds = variables.into_iter().find_map(|name| env::var(name).ok()?.parse().ok());
    milliseconds.map_or(OTEL_EXPORTER_OTLP_TIMEOUT_DEFAULT, Duration::from_millis)
}

fn resource(service: &'static str, version: &str) -> Resource {
    let named = SdkProvidedResourceDetector.detect();
    let is_named = named.iter().any(|(_, name)| !name.as_str().starts_with(UNNAMED));
    let ours = [KeyValue::new("service.name", service), KeyValue::new("service.version", version.to_owned())];
    let builder = Resource::builder_empty().with_attributes(ours).with_detector(Box::new(EnvResourceDetector::new()));
    if is_named { builder.with_detector(Box::new(SdkProvidedResourceDetector)).build() } else { builder.build() }
}

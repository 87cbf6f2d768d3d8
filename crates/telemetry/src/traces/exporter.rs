use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// Logs each outage of the collector once. The library would log each batch, twice.
#[derive(Debug)]
pub(crate) struct OutageLogger<E> {
    exporter: E,
    is_away: AtomicBool,
}

impl<E> OutageLogger<E> {
    pub(crate) const fn new(exporter: E) -> Self {
        Self { exporter, is_away: AtomicBool::new(false) }
    }
}

impl<E: SpanExporter> SpanExporter for OutageLogger<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let result = self.exporter.export(batch).await;
        let was_away = self.is_away.swap(result.is_err(), Ordering::Relaxed);
        match &result {
            Err(error) if !was_away => {
                tracing::warn!(exception = %error, "The collector takes no traces; they are lost until it is back");
            }
            Ok(()) if was_away => tracing::info!("The collector takes traces again"),
            _ => {}
        }
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

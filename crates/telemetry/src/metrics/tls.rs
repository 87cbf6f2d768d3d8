use ore_domain::Timestamp;
use prometheus::{IntGaugeVec, Opts, Registry};

/// The certificate with which the process speaks TLS itself.
#[derive(Clone)]
pub struct TlsMetrics {
    end: IntGaugeVec,
}

impl TlsMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        // Without labels, and yet of a kind that has no value until one is set: without TLS there is no series.
        let end = Opts::new(
            "tls_certificate_not_after_timestamp_seconds",
            "When the certificate that is served expires, or the first of its chain, in Unix time; only with TLS.",
        );
        let metrics = Self { end: IntGaugeVec::new(end, &[])? };
        registry.register(Box::new(metrics.end.clone()))?;
        Ok(metrics)
    }

    /// Records when the certificate ends.
    pub fn set_end(&self, end: Option<Timestamp>) {
        if let Some(end) = end {
            self.end.with_label_values::<&str>(&[]).set(end.timestamp());
        }
    }
}

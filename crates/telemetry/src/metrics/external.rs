use std::time::Duration;

use prometheus::{Histogram, HistogramOpts, IntCounterVec, IntGauge, Opts, Registry};
use strum::VariantArray;

use super::{CallObserver, Outcome};

/// From a neighbour's answer to the longest deadline that the settings take.
const BUCKETS: [f64; 11] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Calls to the external service.
#[derive(Clone)]
pub struct ExternalApiMetrics {
    calls: IntCounterVec,
    durations: Histogram,
    breaker: IntGauge,
}

impl ExternalApiMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let calls = Opts::new("external_api_calls_total", "Calls to the external service, retries not counted.");
        let durations = HistogramOpts::new(
            "external_api_call_duration_seconds",
            "How long calls to the external service took, retries included.",
        );
        let metrics = Self {
            calls: IntCounterVec::new(calls, &["outcome"])?,
            durations: Histogram::with_opts(durations.buckets(BUCKETS.to_vec()))?,
            breaker: IntGauge::new(
                "external_api_breaker_open",
                "1 while calls fail at once because the external service is away.",
            )?,
        };
        for &outcome in Outcome::VARIANTS {
            metrics.calls.with_label_values(&[outcome.name()]);
        }
        registry.register(Box::new(metrics.calls.clone()))?;
        registry.register(Box::new(metrics.durations.clone()))?;
        registry.register(Box::new(metrics.breaker.clone()))?;
        Ok(metrics)
    }
}

impl CallObserver for ExternalApiMetrics {
    fn called(&self, outcome: Outcome, duration: Duration) {
        self.calls.with_label_values(&[outcome.name()]).inc();
        if outcome != Outcome::NotMade {
            self.durations.observe(duration.as_secs_f64());
        }
    }

    fn breaker_is_open(&self, is_open: bool) {
        self.breaker.set(is_open.into());
    }
}

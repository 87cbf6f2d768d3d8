use prometheus::{IntCounterVec, IntGauge, Opts, Registry};

/// The names of all limits. Their counters exist from the start, so that the first refusal is an increase.
const POLICIES: [&str; 4] = ["general", "address", "account", "total"];

/// Counts the requests that limits refused.
#[derive(Clone)]
pub struct RateLimitMetrics {
    refused: IntCounterVec,
    fallback: IntGauge,
}

impl RateLimitMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let refused = Opts::new("rate_limited_total", "Requests refused by the limit that they passed.");
        let metrics = Self {
            refused: IntCounterVec::new(refused, &["policy"])?,
            fallback: IntGauge::new(
                "rate_limit_stand_in",
                "1 while this process counts its part of the limits by itself because Redis is away.",
            )?,
        };
        for policy in POLICIES {
            metrics.refused.with_label_values(&[policy]);
        }
        registry.register(Box::new(metrics.refused.clone()))?;
        registry.register(Box::new(metrics.fallback.clone()))?;
        Ok(metrics)
    }

    /// Counts a refusal by the limit of this name.
    pub fn refuse(&self, policy: &str) {
        self.refused.with_label_values(&[policy]).inc();
    }

    /// Records whether the process counts in place of Redis.
    pub fn set_fallback(&self, is_active: bool) {
        self.fallback.set(is_active.into());
    }
}

use std::time::Instant;

use prometheus::{Histogram, HistogramOpts, IntCounter, IntCounterVec, Opts, Registry};

use crate::seconds::whole_milliseconds;

/// The Python client's default buckets, in seconds.
const BUCKETS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// Attempts to log in.
pub struct LoginMetrics {
    succeeded: IntCounter,
    failed: IntCounter,
    durations: Histogram,
}

/// An attempt under way; counts as failed unless told otherwise.
pub struct LoginAttempt<'a> {
    metrics: &'a LoginMetrics,
    /// `None` where another call tells.
    succeeded: Option<bool>,
    started: Instant,
}

impl LoginMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let attempts = Opts::new("auth_attempts_total", "Total authentication attempts");
        let attempts = IntCounterVec::new(attempts, &["result"])?;
        let durations = HistogramOpts::new("request_duration_seconds", "Request duration").buckets(BUCKETS.to_vec());
        let durations = Histogram::with_opts(durations)?;
        registry.register(Box::new(attempts.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        let [succeeded, failed] = ["success", "failure"].map(|result| attempts.with_label_values(&[result]));
        Ok(Self { succeeded, failed, durations })
    }

    /// Begins to measure an attempt.
    pub fn begin(&self) -> LoginAttempt<'_> {
        LoginAttempt { metrics: self, succeeded: Some(false), started: Instant::now() }
    }
}

impl LoginAttempt<'_> {
    /// The session has started.
    pub fn succeed(mut self) {
        self.succeeded = Some(true);
    }

    /// The password is right. A later call decides whether the session starts.
    pub fn defer_result(mut self) {
        self.succeeded = None;
    }
}

impl Drop for LoginAttempt<'_> {
    fn drop(&mut self) {
        match self.succeeded {
            Some(true) => self.metrics.succeeded.inc(),
            Some(false) => self.metrics.failed.inc(),
            None => {}
        }
        self.metrics.durations.observe(whole_milliseconds(self.started.elapsed()).as_secs_f64());
    }
}

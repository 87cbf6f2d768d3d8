use std::time::Duration;

use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

use crate::seconds::whole_milliseconds;

/// The lane whose waits are told to the millisecond: who waits there waits for the hash of another.
/// What the pool for hashing is called.
pub const HASH_LANE: &str = "hash";

/// From a lane that is free to the seconds that work may wait for a hash.
const WAIT_BUCKETS: [f64; 13] = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How the lanes of the process are used.
pub struct LaneMetrics {
    depths: IntGaugeVec,
    busy: IntGaugeVec,
    waits: HistogramVec,
    refusals: IntCounterVec,
}

/// The series of one lane.
#[derive(Clone)]
pub struct LaneSeries {
    /// Pieces of work that wait.
    pub depth: IntGauge,
    /// Threads that work.
    pub busy: IntGauge,
    /// Seconds that work waited before it was begun.
    pub wait: Waits,
    /// Work refused because as much waited as may.
    pub full: IntCounter,
    /// Work refused because it would have begun too late.
    pub predicted_wait: IntCounter,
    /// Work given up because it had waited too long.
    pub not_begun: IntCounter,
    /// Results not waited for any longer.
    pub not_finished: IntCounter,
}

/// How long work waited.
#[derive(Clone)]
pub struct Waits {
    seconds: Histogram,
    is_coarse: bool,
}

impl Waits {
    /// Counts one wait.
    pub fn observe(&self, wait: Duration) {
        let wait = if self.is_coarse { whole_milliseconds(wait) } else { wait };
        self.seconds.observe(wait.as_secs_f64());
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.seconds.get_sample_count()
    }
}

impl LaneMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let depths = Opts::new("lane_queue_depth", "Pieces of work that wait for a thread of the lane.");
        let busy = Opts::new("lane_busy_threads", "Threads of the lane that work.");
        let waits = HistogramOpts::new("lane_wait_seconds", "How long work waited for a thread of the lane.");
        let refusals = Opts::new("lane_refusals_total", "Work that the lane did not do, or not in time.");
        let metrics = Self {
            depths: IntGaugeVec::new(depths, &["lane"])?,
            busy: IntGaugeVec::new(busy, &["lane"])?,
            waits: HistogramVec::new(waits.buckets(WAIT_BUCKETS.to_vec()), &["lane"])?,
            refusals: IntCounterVec::new(refusals, &["lane", "reason"])?,
        };
        registry.register(Box::new(metrics.depths.clone()))?;
        registry.register(Box::new(metrics.busy.clone()))?;
        registry.register(Box::new(metrics.waits.clone()))?;
        registry.register(Box::new(metrics.refusals.clone()))?;
        Ok(metrics)
    }

    /// The series of the lane with this name; they exist from now on, with zeros.
    pub fn of(&self, lane: &str) -> LaneSeries {
        let [full, predicted_wait, not_begun, not_finished] = ["full", "predicted_wait", "not_begun", "not_finished"]
            .map(|reason| self.refusals.with_label_values(&[lane, reason]));
        LaneSeries {
            depth: self.depths.with_label_values(&[lane]),
            busy: self.busy.with_label_values(&[lane]),
            wait: Waits { seconds: self.waits.with_label_values(&[lane]), is_coarse: lane == HASH_LANE },
            full,
            predicted_wait,
            not_begun,
            not_finished,
        }
    }
}

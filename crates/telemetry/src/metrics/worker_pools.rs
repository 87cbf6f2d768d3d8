use std::time::Duration;

use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

use crate::seconds::whole_milliseconds;

/// The name of the pool for hashing. Its waits are rounded to milliseconds, because a call waits there for the hash of
/// another.
pub const HASHING_POOL: &str = "hash";

/// From no wait to the seconds that work may wait for a hash.
const WAIT_BUCKETS: [f64; 13] = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How the worker pools of the process are used.
pub struct WorkerPoolMetrics {
    depths: IntGaugeVec,
    busy: IntGaugeVec,
    waits: HistogramVec,
    refusals: IntCounterVec,
}

/// The series of one pool.
#[derive(Clone)]
pub struct WorkerPoolSeries {
    /// Pieces of work that wait.
    pub depth: IntGauge,
    /// Threads that work.
    pub busy: IntGauge,
    /// Seconds that work waited before it started.
    pub wait: WaitHistogram,
    /// Work refused because the queue was full.
    pub queue_full: IntCounter,
    /// Work refused because it would have started too late.
    pub predicted_wait: IntCounter,
    /// Work dropped because it waited in the queue for too long.
    pub queue_timeout: IntCounter,
    /// Work that started and did not finish in time.
    pub timed_out: IntCounter,
}

/// How long work waited.
#[derive(Clone)]
pub struct WaitHistogram {
    seconds: Histogram,
    is_coarse: bool,
}

impl WaitHistogram {
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

impl WorkerPoolMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let depths = Opts::new("worker_pool_queue_depth", "Pieces of work in the queue of the worker pool.");
        let busy = Opts::new("worker_pool_busy_threads", "Busy threads of the worker pool.");
        let waits =
            HistogramOpts::new("worker_pool_wait_seconds", "Time that work spent in the queue of the worker pool.");
        let refusals =
            Opts::new("worker_pool_refusals_total", "Work that the worker pool refused or did not finish in time.");
        let metrics = Self {
            depths: IntGaugeVec::new(depths, &["pool"])?,
            busy: IntGaugeVec::new(busy, &["pool"])?,
            waits: HistogramVec::new(waits.buckets(WAIT_BUCKETS.to_vec()), &["pool"])?,
            refusals: IntCounterVec::new(refusals, &["pool", "reason"])?,
        };
        registry.register(Box::new(metrics.depths.clone()))?;
        registry.register(Box::new(metrics.busy.clone()))?;
        registry.register(Box::new(metrics.waits.clone()))?;
        registry.register(Box::new(metrics.refusals.clone()))?;
        Ok(metrics)
    }

    /// The series of the pool with this name; they exist from now on, with zeros.
    pub fn of(&self, pool: &str) -> WorkerPoolSeries {
        let [queue_full, predicted_wait, queue_timeout, timed_out] =
            ["queue_full", "predicted_wait", "queue_timeout", "timeout"]
                .map(|reason| self.refusals.with_label_values(&[pool, reason]));
        WorkerPoolSeries {
            depth: self.depths.with_label_values(&[pool]),
            busy: self.busy.with_label_values(&[pool]),
            wait: WaitHistogram { seconds: self.waits.with_label_values(&[pool]), is_coarse: pool == HASHING_POOL },
            queue_full,
            predicted_wait,
            queue_timeout,
            timed_out,
        }
    }
}

use prometheus::IntGauge;

/// A thread that works, also when the work panics.
pub(super) struct BusyGuard(IntGauge);

impl BusyGuard {
    pub(super) fn new(gauge: IntGauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for BusyGuard {
    fn drop(&mut self) {
        self.0.dec();
    }
}

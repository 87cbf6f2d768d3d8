use prometheus::IntGauge;

/// A thread that works, also when the work panics.
pub(super) struct Busy(IntGauge);

impl Busy {
    pub(super) fn new(gauge: IntGauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.dec();
    }
}

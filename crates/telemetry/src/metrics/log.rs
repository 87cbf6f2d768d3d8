use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

/// The metrics of log lines.
#[derive(Debug, Clone)]
pub struct LogMetrics {
    family: IntCounterVec,
    ordinary: IntCounter,
    important: IntCounter,
}

impl LogMetrics {
    /// Made before the log begins, and so before there is a registry.
    ///
    /// # Errors
    /// When the name is none: a fault of the program.
    pub fn new() -> Result<Self, prometheus::Error> {
        let dropped = Opts::new(
            "log_lines_dropped_total",
            "Lines of the log that were dropped because its reader was too slow: ordinary ones, and important ones (of \
             calls with credentials, and from WARNING up).",
        );
        let family = IntCounterVec::new(dropped, &["kind"])?;
        let [ordinary, important] = ["ordinary", "important"].map(|kind| family.with_label_values(&[kind]));
        Ok(Self { family, ordinary, important })
    }

    pub(super) fn register(&self, registry: &Registry) -> Result<(), prometheus::Error> {
        registry.register(Box::new(self.family.clone()))
    }

    /// Counts a line that was dropped.
    pub fn drop_line(&self, is_important: bool) {
        if is_important { self.important.inc() } else { self.ordinary.inc() }
    }

    /// How many ordinary and how many important lines were dropped.
    pub fn dropped(&self) -> [u64; 2] {
        [self.ordinary.get(), self.important.get()]
    }
}

use prometheus::{IntCounter, Opts, Registry};

/// Connections of clients.
#[derive(Clone)]
pub struct ConnectionMetrics {
    /// Connections closed at once because their address had as many as it may.
    pub refused: IntCounter,
}

impl ConnectionMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let refused =
            Opts::new("refused_connections_total", "Connections closed at once because their address had too many.");
        let metrics = Self { refused: IntCounter::with_opts(refused)? };
        registry.register(Box::new(metrics.refused.clone()))?;
        Ok(metrics)
    }
}

use prometheus::process_collector::ProcessCollector;
use prometheus::proto::MetricFamily;
use prometheus::{IntGaugeVec, Opts, Registry, TextEncoder};

use super::deprecated::under_old_names;
use super::figures::{MetricValue, figures};
use super::{
    AuditMetrics, ConnectionMetrics, ExternalApiMetrics, HttpMetrics, LogMetrics, LoginMetrics, MailMetrics,
    RateLimitMetrics, SessionMetrics, TlsMetrics, WorkerPoolMetrics,
};

/// Every series of the process.
pub struct Metrics {
    registry: Registry,
    /// Requests and responses.
    pub http: HttpMetrics,
    /// Attempts to log in.
    pub login: LoginMetrics,
    /// The metrics of sessions.
    pub sessions: SessionMetrics,
    /// The metrics of mails.
    pub mail: MailMetrics,
    /// The metrics of the audit log and of the outcomes of acts.
    pub audit: AuditMetrics,
    /// Work for the database and hashing.
    pub worker_pools: WorkerPoolMetrics,
    /// Requests that were one too many.
    pub rate_limits: RateLimitMetrics,
    /// Connections of clients.
    pub connections: ConnectionMetrics,
    /// Calls to the external service.
    pub external_api: ExternalApiMetrics,
    /// The certificate of the process.
    pub tls: TlsMetrics,
}

impl Metrics {
    /// Registers every series.
    ///
    /// # Errors
    /// When two series have one name: a fault of the program.
    pub fn new(version: &str) -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let build = IntGaugeVec::new(Opts::new("ore_build_info", "The version that runs."), &["version"])?;
        build.with_label_values(&[version]).set(1);
        registry.register(Box::new(build))?;
        registry.register(Box::new(ProcessCollector::for_self()))?;
        let (http, login) = (HttpMetrics::register(&registry)?, LoginMetrics::register(&registry)?);
        let sessions = SessionMetrics::register(&registry)?;
        let (mail, audit) = (MailMetrics::register(&registry)?, AuditMetrics::register(&registry)?);
        let worker_pools = WorkerPoolMetrics::register(&registry)?;
        let rate_limits = RateLimitMetrics::register(&registry)?;
        let connections = ConnectionMetrics::register(&registry)?;
        let external_api = ExternalApiMetrics::register(&registry)?;
        let tls = TlsMetrics::register(&registry)?;
        Ok(Self {
            registry,
            http,
            login,
            sessions,
            mail,
            audit,
            worker_pools,
            rate_limits,
            connections,
            external_api,
            tls,
        })
    }

    /// Adds the series of the log, which began before these were made.
    ///
    /// # Errors
    /// When they were added before.
    pub fn add_log(&self, log: &LogMetrics) -> Result<(), prometheus::Error> {
        log.register(&self.registry)
    }

    /// Every series that has a value, for tools that describe them.
    pub fn gather(&self) -> Vec<MetricFamily> {
        self.registry.gather()
    }

    /// The present values of the metrics with these names, for people.
    pub fn figures(&self, names: &[&str]) -> Vec<MetricValue> {
        figures(&self.gather(), names)
    }

    /// All series in the Prometheus text format, those that were renamed under their old names too.
    ///
    /// # Errors
    /// When a series cannot be written: a fault of the program.
    pub fn to_text(&self) -> Result<String, prometheus::Error> {
        let mut families = self.gather();
        families.extend(under_old_names(&families));
        TextEncoder::new().encode_to_string(&families)
    }
}

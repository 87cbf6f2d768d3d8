use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

/// The metrics of sessions.
#[derive(Clone)]
pub struct SessionMetrics {
    /// Refresh tokens that were exchanged.
    pub refreshed: IntCounter,
    /// Refresh tokens that were refused.
    pub refused: IntCounter,
    /// Refresh tokens that were used again; their sessions were ended.
    pub reused: IntCounter,
    /// Sessions that were deleted because they had ended.
    pub deleted: IntCounter,
    /// Failures to log in, networks and devices that were deleted because they count no more.
    pub login_traces_deleted: IntCounter,
    /// Kept answers of calls that are carried out once, which were deleted because they had expired.
    pub idempotency_keys_deleted: IntCounter,
    /// API keys that were deleted because they had expired long ago.
    pub api_keys_deleted: IntCounter,
    /// Revocations that were deleted because their tokens had all ended.
    pub revocations_deleted: IntCounter,
    /// Log-ins and enrolments that were deleted because they had lacked their second factor too long.
    pub second_factors_deleted: IntCounter,
}

impl SessionMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let refreshes = Opts::new("session_refreshes_total", "Refresh tokens that were presented");
        let refreshes = IntCounterVec::new(refreshes, &["result"])?;
        let deleted = Opts::new("sessions_deleted_total", "Sessions that were deleted because they had ended");
        let deleted = IntCounter::with_opts(deleted)?;
        let traces = "Failures to log in, networks and devices that were deleted because they count no more";
        let login_traces_deleted = IntCounter::with_opts(Opts::new("login_traces_deleted_total", traces))?;
        registry.register(Box::new(login_traces_deleted.clone()))?;
        let keys = "Answers that were kept for an Idempotency-Key and deleted because they had expired";
        let idempotency_keys_deleted = IntCounter::with_opts(Opts::new("idempotency_keys_deleted_total", keys))?;
        registry.register(Box::new(idempotency_keys_deleted.clone()))?;
        let keys = "API keys that were deleted 30 days after they had expired";
        let api_keys_deleted = IntCounter::with_opts(Opts::new("api_keys_deleted_total", keys))?;
        registry.register(Box::new(api_keys_deleted.clone()))?;
        let revoked = "Revocations that were deleted because the tokens that they make void had all ended";
        let revocations_deleted = IntCounter::with_opts(Opts::new("revocations_deleted_total", revoked))?;
        registry.register(Box::new(revocations_deleted.clone()))?;
        let pending = "Log-ins and enrolments that were deleted because they had lacked their second factor too long";
        let second_factors_deleted = IntCounter::with_opts(Opts::new("pending_second_factors_deleted_total", pending))?;
        registry.register(Box::new(second_factors_deleted.clone()))?;
        registry.register(Box::new(refreshes.clone()))?;
        registry.register(Box::new(deleted.clone()))?;
        let count = |result| refreshes.with_label_values(&[result]);
        Ok(Self {
            refreshed: count("success"),
            refused: count("failure"),
            reused: count("reused"),
            deleted,
            login_traces_deleted,
            idempotency_keys_deleted,
            api_keys_deleted,
            revocations_deleted,
            second_factors_deleted,
        })
    }
}

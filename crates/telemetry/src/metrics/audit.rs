use std::fmt::Write;

use ore_domain::{AuditAction, AuditOutcome, ChainLink};
use prometheus::{IntCounter, IntCounterVec, IntGaugeVec, Opts, Registry};

/// How acts with credentials ended.
#[derive(Clone)]
pub struct AuthOutcomes(IntCounterVec);

/// The audit log.
#[derive(Clone)]
pub struct AuditMetrics {
    /// Acts with credentials.
    pub outcomes: AuthOutcomes,
    /// Entries that were deleted because they were old.
    pub deleted: IntCounter,
    head: IntGaugeVec,
}

impl AuthOutcomes {
    /// Counts one; `reason` says why it was not done.
    pub fn count(&self, action: AuditAction, outcome: AuditOutcome, reason: Option<&str>) {
        self.0.with_label_values(&[action.name(), outcome.name(), reason.unwrap_or_default()]).inc();
    }
}

impl AuditMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let outcomes = Opts::new("auth_outcomes_total", "Acts with credentials by how they ended");
        let outcomes = IntCounterVec::new(outcomes, &["action", "outcome", "reason"])?;
        let head = Opts::new("audit_head", "Number of the last sealed entry of the audit log, and its HMAC");
        let head = IntGaugeVec::new(head, &["hmac"])?;
        let deleted =
            Opts::new("audit_entries_deleted_total", "Entries of the audit log that were deleted for their age");
        let deleted = IntCounter::with_opts(deleted)?;
        registry.register(Box::new(outcomes.clone()))?;
        registry.register(Box::new(head.clone()))?;
        registry.register(Box::new(deleted.clone()))?;
        Ok(Self { outcomes: AuthOutcomes(outcomes), deleted, head })
    }

    /// Tells the head of the chain in place of the one before.
    pub fn set_head(&self, head: &ChainLink) {
        let hmac = head.hmac.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        self.head.reset();
        self.head.with_label_values(&[hmac.as_str()]).set(head.number);
    }
}

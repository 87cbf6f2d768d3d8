use ore_domain::{AuditOutcome, StoreError, UserId};

/// Why an act was not done, for the log, the audit log and the metrics: never for a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// Whether it went wrong or was not allowed.
    pub outcome: AuditOutcome,
    /// A code.
    pub reason: &'static str,
    /// The user whom it concerns, if known.
    pub user: Option<UserId>,
    /// Whether the store failed, which then takes no entry either.
    pub is_of_store: bool,
}

/// An error of a use case that is an act.
pub trait AuditedError {
    /// Why it was not done.
    fn refusal(&self) -> Refusal;
}

impl Refusal {
    /// Something went wrong, or what was presented was.
    pub const fn failure(reason: &'static str, user: Option<UserId>) -> Self {
        Self { outcome: AuditOutcome::Failure, reason, user, is_of_store: false }
    }

    /// Something was not allowed.
    pub const fn denied(reason: &'static str, user: Option<UserId>) -> Self {
        Self { outcome: AuditOutcome::Denied, reason, user, is_of_store: false }
    }

    /// Too many failed before.
    pub(crate) const fn throttled() -> Self {
        Self::denied("throttled", None)
    }

    /// The service is at fault.
    pub(crate) const fn broken() -> Self {
        Self::failure("failed", None)
    }
}

impl AuditedError for StoreError {
    fn refusal(&self) -> Refusal {
        let reason = if matches!(self, Self::Unavailable(_)) { "unavailable" } else { "failed" };
        Refusal { is_of_store: true, ..Refusal::failure(reason, None) }
    }
}

//! The audit log.

use std::time::Duration;

use super::catalogue;
use super::values::{Invalid, Values};

const HOURS_OF_A_DAY: u64 = 24;

/// The audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditSettings {
    /// Entries are deleted after so long; `None` keeps them.
    pub retention: Option<Duration>,
}

impl AuditSettings {
    pub(super) fn read(values: &mut Values) -> Result<Self, Invalid> {
        let days: u64 = values.read_number(&catalogue::AUDIT_RETENTION_DAYS, "a number of days")?;
        Ok(Self { retention: (days > 0).then(|| Duration::from_hours(HOURS_OF_A_DAY * days)) })
    }
}

use crate::call::Call;
use crate::{AuditEntry, AuditFilter, Client, Pages};

impl Client {
    /// The entries of the audit log that this describes. Permission: `audit.read`.
    pub fn audit(&self, filter: &AuditFilter) -> Pages<AuditEntry> {
        self.pages(Call::get(&["audit"]).query(filter.to_query()))
    }
}

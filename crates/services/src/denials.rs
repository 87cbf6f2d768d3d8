use std::sync::Arc;

use ore_domain::{AuditAction, AuditOrigin, Clock, Permission, Store};

use crate::audit::{Act, AuditWriter, Refusal};

/// Writes audit entries for calls that were refused before any use case.
pub struct Denials {
    clock: Arc<dyn Clock>,
    audit: AuditWriter,
}

impl Denials {
    /// Over the given ports.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { clock, audit: AuditWriter::new(store) }
    }

    /// Writes that somebody who is known was refused a call, which may take a permission. For the caller, who knows whether
    /// the client may have so many entries. `call` is a method and the template of a path.
    pub async fn record(&self, origin: &AuditOrigin, refusal: Refusal, permission: Option<Permission>, call: &str) {
        let details = serde_json::json!({ "permission": permission.map(Permission::name), "call": call });
        let act = Act::new(AuditAction::Authorize, origin).with_details(details);
        self.audit.record_refusal(&act, refusal, self.clock.now()).await;
    }
}

use std::cmp::Reverse;
use std::sync::Arc;

use ore_domain::{AuditEntry, AuditFilter, AuditParty, AuditQuery, PartyFilter, Store, StoreError, StoreExt, UserId};

/// The most entries done by a user, and done to a user, that the user gets.
const MOST_OF_USER: u32 = 10_000;

/// Reads the audit log.
pub struct AuditReader {
    store: Arc<dyn Store>,
}

impl AuditReader {
    /// Over the given port.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// One page of entries.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn page(&self, query: AuditQuery) -> Result<Vec<AuditEntry>, StoreError> {
        self.store.read(move |r| r.audit_log().page(&query)).await
    }

    /// The newest entries of which a user is the actor or the subject. Of acts of others it is left out from where they acted.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn of_user(&self, user: UserId) -> Result<Vec<AuditEntry>, StoreError> {
        let party = AuditParty::user(user);
        let filter = PartyFilter { kind: Some(party.kind.clone().into_owned()), id: party.id.clone() };
        let done_by = AuditFilter { actor: Some(filter.clone()), ..AuditFilter::default() };
        let done_to = AuditFilter { subject: Some(filter), ..AuditFilter::default() };
        let read = self.store.read(move |r| {
            let mut entries = r.audit_log().page(&AuditQuery::newest(done_by.clone(), MOST_OF_USER))?;
            entries.extend(r.audit_log().page(&AuditQuery::newest(done_to.clone(), MOST_OF_USER))?);
            Ok::<_, StoreError>(entries)
        });
        let mut entries = read.await?;
        entries.sort_unstable_by_key(|entry| Reverse(entry.id));
        entries.dedup_by_key(|entry| entry.id);
        for entry in entries.iter_mut().filter(|entry| entry.actor.as_ref().is_some_and(|actor| *actor != party)) {
            let AuditEntry { address, user_agent, request_id, session_id, .. } = entry;
            (*address, *user_agent, *request_id, *session_id) = (None, None, None, None);
        }
        Ok(entries)
    }

    /// How many entries there are, counted up to `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn count(&self, filter: AuditFilter, limit: u32) -> Result<u64, StoreError> {
        self.store.read(move |r| r.audit_log().count(&filter, limit)).await
    }
}

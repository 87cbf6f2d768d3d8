use std::cmp::Reverse;
use std::sync::Arc;

use ore_domain::{
    AuditAction, AuditEntry, AuditFilter, AuditListRequest, AuditOrigin, AuditParty, AuditQuery, ListPage, ListRequest,
    PartyFilter, Position, Store, StoreError, StoreExt, Timestamp, Total, UserId,
};

use super::Act;

/// How many entries of a user are read at a time, of either kind: few enough that an export takes little memory.
const PAGE: u32 = 250;

/// One more than is returned.
const MOST_COUNTED: u32 = 10_001;

/// Reads the audit log.
pub struct AuditReader {
    pub(crate) store: Arc<dyn Store>,
}

impl AuditReader {
    /// Over the given port.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Writes into the audit log that entries of it are given out, before they are.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn record_export(&self, origin: &AuditOrigin, at: Timestamp) -> Result<(), StoreError> {
        let entry = Act::new(AuditAction::ExportAudit, origin).success(at);
        self.store.write_once(move |r| r.audit_log().append(&entry)).await
    }

    /// The entries that are asked for.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn find(&self, query: AuditQuery) -> Result<Vec<AuditEntry>, StoreError> {
        self.store.read(move |r| r.audit_log().page(&query)).await
    }

    /// A page of entries.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer, or the page begins nowhere.
    pub async fn page(&self, request: AuditListRequest) -> Result<ListPage<AuditEntry>, StoreError> {
        let ListRequest { filters: filter, is_descending, after, limit, with_total, .. } = request;
        let beyond = after.map(|position| position.key.parse::<i64>()).transpose().map_err(StoreError::other)?;
        let query =
            AuditQuery { filter: filter.clone(), beyond, is_ascending: !is_descending, limit: limit.saturating_add(1) };
        let read = self.store.read(move |r| {
            let total = if with_total { Some(r.audit_log().count(&filter, MOST_COUNTED)?) } else { None };
            Ok::<_, StoreError>((r.audit_log().page(&query)?, total.map(Total::of_counted)))
        });
        let (entries, total) = read.await?;
        let place = |entry: &AuditEntry| Position { value: String::new(), key: entry.id.to_string() };
        let rows = entries.into_iter().map(|entry| (place(&entry), entry)).map(|(place, entry)| (entry, place));
        Ok(ListPage::of_rows(rows.collect(), limit, total))
    }

    /// Entries of which a user is the actor or the subject, the newest first, before the entry with this key, and the key
    /// of the last of them if there may be more. Of acts of others it is left out from where they acted.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn page_of_user(
        &self,
        user: UserId,
        beyond: Option<i64>,
    ) -> Result<(Vec<AuditEntry>, Option<i64>), StoreError> {
        let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let mut entries = self.of_user_before(user, beyond, PAGE).await?;
        let has_more = entries.len() >= most;
        // There may be as many of either kind, and only of the newest of both none is missing.
        entries.truncate(most);
        let last = entries.last().filter(|_| has_more).map(|entry| entry.id);
        Ok((entries, last))
    }

    /// As [`AuditReader::page_of_user`], at most this number of either kind, before the entry with this key.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn of_user_before(
        &self,
        user: UserId,
        beyond: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let party = AuditParty::user(user);
        let filter = PartyFilter { kind: Some(party.kind.clone().into_owned()), id: party.id.clone() };
        let done_by = AuditFilter { actor: Some(filter.clone()), ..AuditFilter::default() };
        let done_to = AuditFilter { subject: Some(filter), ..AuditFilter::default() };
        let read = self.store.read(move |r| {
            let page = |filter: &AuditFilter| AuditQuery { beyond, ..AuditQuery::newest(filter.clone(), limit) };
            let mut entries = r.audit_log().page(&page(&done_by))?;
            entries.extend(r.audit_log().page(&page(&done_to))?);
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
}

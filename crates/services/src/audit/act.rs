use std::sync::Arc;

use ore_domain::{
    ApiKeyId, AuditAction, AuditOrigin, AuditParty, CanonicalEmail, NewAuditEntry, Repositories, RoleName,
    ServiceAccountId, SessionId, SessionOrigin, Store, StoreError, StoreExt, Timestamp, User, UserId,
};
use ore_security::keyed_hash::KeyedHash;
use ore_security::opaque_token::TokenKind;

use super::{AuditedError, Refusal};

/// An act that somebody tries, before it is known how it ends.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    action: AuditAction,
    origin: AuditOrigin,
    subject: Option<AuditParty>,
    details: Option<String>,
}

/// Writes the entries of use cases into the audit log.
#[derive(Clone)]
pub(crate) struct AuditWriter {
    store: Arc<dyn Store>,
    accounts: Option<KeyedHash>,
}

impl Act {
    pub(crate) fn new(action: AuditAction, origin: &AuditOrigin) -> Self {
        let details = origin.impersonated.map(|user| impersonated(serde_json::Map::new(), user));
        Self { action, origin: origin.clone(), subject: None, details }
    }

    /// The client that acts.
    pub(crate) fn client(&self) -> &SessionOrigin {
        &self.origin.client
    }

    /// The kind of token that the client keeps of a session.
    pub(crate) fn token_kind(&self) -> TokenKind {
        if self.origin.is_page { TokenKind::PageSession } else { TokenKind::Refresh }
    }

    pub(crate) fn about_user(self, user: UserId) -> Self {
        Self { subject: Some(AuditParty::user(user)), ..self }
    }

    pub(crate) fn about_role(self, name: &RoleName) -> Self {
        Self { subject: Some(AuditParty::role(name.as_str())), ..self }
    }

    pub(crate) fn about_key(self, id: ApiKeyId) -> Self {
        Self { subject: Some(AuditParty::api_key(id.to_string())), ..self }
    }

    pub(crate) fn about_service_account(self, id: ServiceAccountId) -> Self {
        Self { subject: Some(AuditParty::service_account(id.to_string())), ..self }
    }

    /// With a JSON object, which erasure removes. Of an act in an impersonation it also says whose place the actor took.
    pub(crate) fn with_details(self, details: impl Into<Option<serde_json::Value>>) -> Self {
        let details = match (details.into(), self.origin.impersonated) {
            (Some(serde_json::Value::Object(details)), Some(user)) => Some(impersonated(details, user)),
            (Some(details), _) => Some(details.to_string()),
            (None, _) => self.details,
        };
        Self { details, ..self }
    }

    /// The entry for a success.
    pub(crate) fn success(&self, at: Timestamp) -> NewAuditEntry {
        self.complete(NewAuditEntry::success(self.action, &self.origin, at))
    }

    /// The entry for a success of the user whom it concerns, who has just authenticated.
    pub(crate) fn success_by(&self, user: UserId, session: Option<SessionId>, at: Timestamp) -> NewAuditEntry {
        // What is known by its key needs no other name.
        NewAuditEntry::success(self.action, &self.origin, at).about_user(user).by(user, session)
    }

    /// The entry for a requested mail, whether or not anybody has the address.
    pub(crate) fn success_at(&self, user: Option<&User>, at: Timestamp) -> NewAuditEntry {
        let entry = NewAuditEntry::success(self.action, &self.origin, at);
        match user {
            Some(user) => entry.about_user(user.id),
            None => self.complete(entry),
        }
    }

    /// The entry for a refusal. It has the pseudonym of the address if there is no user.
    pub(crate) fn refused(&self, refusal: Refusal, at: Timestamp) -> NewAuditEntry {
        let entry = NewAuditEntry::success(self.action, &self.origin, at);
        let entry = NewAuditEntry { outcome: refusal.outcome, reason: Some(refusal.reason), ..entry };
        match refusal.user {
            Some(user) => entry.about_user(user),
            None => self.complete(entry),
        }
    }

    fn complete(&self, entry: NewAuditEntry) -> NewAuditEntry {
        NewAuditEntry { subject: self.subject.clone(), details: self.details.clone(), ..entry }
    }

    /// Appends that it was done to this user, if it was.
    pub(crate) fn succeed_if(
        &self,
        is_done: bool,
        r: &mut dyn Repositories,
        user: UserId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        if is_done {
            self.clone().about_user(user).succeed(r, at)?;
        }
        Ok(is_done)
    }

    /// Appends that it was done.
    pub(crate) fn succeed(&self, r: &mut dyn Repositories, at: Timestamp) -> Result<(), StoreError> {
        r.audit_log().append(&self.success(at))
    }
}

fn impersonated(mut details: serde_json::Map<String, serde_json::Value>, user: UserId) -> String {
    details.insert("impersonated".to_owned(), AuditParty::user(user).to_string().into());
    serde_json::Value::Object(details).to_string()
}

impl AuditWriter {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, accounts: None }
    }

    /// The same, with names for accounts of which nobody knows the user.
    pub(crate) fn with_accounts(self, accounts: Option<KeyedHash>) -> Self {
        Self { accounts, ..self }
    }

    /// An act at the account with this address, whether or not there is one.
    pub(crate) fn act_at(&self, action: AuditAction, origin: &AuditOrigin, account: &CanonicalEmail) -> Act {
        let name = self.accounts.as_ref().map(|accounts| accounts.of(account.as_str()));
        Act::new(action, origin).with_details(name.map(|name| serde_json::json!({ "account": name })))
    }

    /// Records a refusal, if the result is one. The result stays the same whether or not that can be written.
    pub(crate) async fn record<T, E: AuditedError>(
        &self,
        act: &Act,
        result: Result<T, E>,
        at: Timestamp,
    ) -> Result<T, E> {
        if let Err(error) = &result {
            self.record_refusal(act, error.refusal(), at).await;
        }
        result
    }

    /// Records a refusal, unless the store failed: another write would only make the client wait again.
    pub(crate) async fn record_refusal(&self, act: &Act, refusal: Refusal, at: Timestamp) {
        if refusal.is_of_store {
            return;
        }
        let entry = act.refused(refusal, at);
        let action = entry.action.name();
        let appended = self.store.write_once(move |r| r.audit_log().append(&entry));
        if let Err(error) = appended.await {
            not_written(action, &error);
        }
    }
}

/// Logs that the audit log lacks the refusal of an act.
pub(crate) fn not_written(action: &str, error: &StoreError) {
    tracing::error!(action, exception = %error, "A refusal could not be written into the audit log");
}

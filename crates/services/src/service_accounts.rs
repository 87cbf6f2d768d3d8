use std::sync::Arc;
use std::time::Duration;

use ore_domain::{
    ApiKey, ApiKeyId, AuditAction, Clock, CreationListRequest, KeyOwner, ListPage, NewApiKey, PermissionSet,
    Repositories, ServiceAccount, ServiceAccountId, Store, StoreError, StoreExt,
};
use ore_security::random::random_bytes;

use crate::administration::{Rights, require};
use crate::api_keys::{KeyDraft, delete_key, details};
use crate::audit::AuditWriter;
use crate::precondition::{Precondition, expect};
use crate::{Actor, AdministrationError, CreatedKey};

/// The service accounts: made, changed and deleted by those who have all that they may do.
pub struct ServiceAccounts {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    audit: AuditWriter,
}

/// A change of a service account; `None` leaves a field as it is.
#[derive(Debug, Clone)]
pub struct ServiceAccountChange {
    /// The name.
    pub name: Option<String>,
    /// The permissions.
    pub permissions: Option<PermissionSet>,
}

impl ServiceAccounts {
    /// Over the given ports.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        let audit = AuditWriter::new(Arc::clone(&store));
        Self { store, clock, audit }
    }

    /// A page of the service accounts.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn list(&self, request: CreationListRequest) -> Result<ListPage<ServiceAccount>, StoreError> {
        self.store.read(move |r| r.service_accounts().page_of_accounts(&request)).await
    }

    /// The service account with this key.
    ///
    /// # Errors
    /// [`AdministrationError::NotFound`], [`AdministrationError::Store`].
    pub async fn find(&self, id: ServiceAccountId) -> Result<ServiceAccount, AdministrationError> {
        self.store.read(move |r| find(r, id)).await
    }

    /// The service account, if this actor may change it at all. A refusal is recorded as one of this action.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn find_to_change(
        &self,
        actor: &Actor,
        action: AuditAction,
        id: ServiceAccountId,
    ) -> Result<ServiceAccount, AdministrationError> {
        let act = actor.act(action).about_service_account(id);
        self.audit.record(&act, self.find_changeable(actor, id).await, self.clock.now()).await
    }

    /// As [`ServiceAccounts::find_to_change`], before this actor has tried to: no refusal is recorded.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn find_changeable(
        &self,
        actor: &Actor,
        id: ServiceAccountId,
    ) -> Result<ServiceAccount, AdministrationError> {
        let (actor, now) = (actor.clone(), self.clock.now());
        let found = self.store.read(move |r| {
            let rights = actor.rights(r, now)?;
            find_to_change(r, rights, id)
        });
        found.await
    }

    /// Makes a service account.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn create(
        &self,
        actor: &Actor,
        name: String,
        permissions: PermissionSet,
    ) -> Result<ServiceAccount, AdministrationError> {
        let (actor, now) = (actor.clone(), self.clock.now());
        let id = ServiceAccountId::from_random_bytes(random_bytes()?);
        let act = actor.act(AuditAction::CreateServiceAccount).with_details(names(permissions));
        let done = act.clone().about_service_account(id);
        let account = ServiceAccount { id, name, permissions, created_at: now, updated_at: now };
        let created = self.store.write(move |r| {
            require(actor.may(r, now)?, permissions)?;
            r.service_accounts().insert_account(&account)?;
            done.succeed(r, now)?;
            Ok(account.clone())
        });
        self.audit.record(&act, created.await, now).await
    }

    /// Changes a service account that is as expected.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn update(
        &self,
        actor: &Actor,
        id: ServiceAccountId,
        expected: Precondition<ServiceAccount>,
        change: ServiceAccountChange,
    ) -> Result<ServiceAccount, AdministrationError> {
        let (actor, now) = (actor.clone(), self.clock.now());
        let act = actor.act(AuditAction::UpdateServiceAccount).about_service_account(id);
        let act = act.with_details(change.permissions.map(names));
        let done = act.clone();
        let updated = self.store.write(move |r| {
            let rights = actor.rights(r, now)?;
            let account = find_expected(r, rights, id, &expected)?;
            let ServiceAccountChange { name, permissions } = change.clone();
            let permissions = permissions.unwrap_or(account.permissions);
            require(rights.permissions, permissions)?;
            let name = name.unwrap_or(account.name);
            let account = ServiceAccount { name, permissions, updated_at: now, ..account };
            r.service_accounts().update_account(&account)?.invalidate(r);
            done.succeed(r, now)?;
            Ok(account)
        });
        self.audit.record(&act, updated.await, now).await
    }

    /// Deletes a service account that is as expected, and its keys.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn delete(
        &self,
        actor: &Actor,
        id: ServiceAccountId,
        expected: Precondition<ServiceAccount>,
    ) -> Result<(), AdministrationError> {
        let (actor, now) = (actor.clone(), self.clock.now());
        let act = actor.act(AuditAction::DeleteServiceAccount).about_service_account(id);
        let done = act.clone();
        let deleted = self.store.write(move |r| {
            let rights = actor.rights(r, now)?;
            find_expected(r, rights, id, &expected)?;
            r.service_accounts().delete_account(id)?.invalidate(r);
            Ok(done.succeed(r, now)?)
        });
        self.audit.record(&act, deleted.await, now).await
    }

    /// A service account and a page of its keys.
    ///
    /// # Errors
    /// [`AdministrationError::NotFound`], [`AdministrationError::Store`].
    pub async fn list_keys(
        &self,
        id: ServiceAccountId,
        request: CreationListRequest,
    ) -> Result<(ServiceAccount, ListPage<ApiKey>), AdministrationError> {
        let listed = self.store.read(move |r| {
            let account = find(r, id)?;
            Ok((account, r.api_keys().page_of_keys(Some(KeyOwner::ServiceAccount(id)), &request)?))
        });
        listed.await
    }

    /// Makes a key of a service account, which may be used for all that the account may do.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn create_key(
        &self,
        actor: &Actor,
        id: ServiceAccountId,
        name: String,
        lifetime: Duration,
    ) -> Result<(ServiceAccount, CreatedKey), AdministrationError> {
        let (owner, actor, now) = (KeyOwner::ServiceAccount(id), actor.clone(), self.clock.now());
        let draft = KeyDraft::new(owner, name, None, now, lifetime)?;
        let act = actor.act(AuditAction::CreateKey).with_details(details(owner, None));
        let done = act.clone().about_key(draft.key.id);
        let new = NewApiKey { key: draft.key.clone(), token_hash: draft.token_hash, is_proven: true };
        let created = self.store.write(move |r| {
            let rights = actor.rights(r, now)?;
            let account = find_to_change(r, rights, id)?;
            r.api_keys().insert_key(&new)?;
            done.succeed(r, now)?;
            Ok::<_, AdministrationError>(account)
        });
        let account = self.audit.record(&act, created.await, now).await?;
        Ok((account, draft.finish()))
    }

    /// Deletes a key of a service account, which counts no more.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn delete_key(
        &self,
        actor: &Actor,
        id: ServiceAccountId,
        key: ApiKeyId,
    ) -> Result<(), AdministrationError> {
        let (owner, actor, now) = (KeyOwner::ServiceAccount(id), actor.clone(), self.clock.now());
        let act = actor.act(AuditAction::DeleteKey).about_key(key).with_details(details(owner, None));
        let done = act.clone();
        let deleted = self.store.write(move |r| {
            let rights = actor.rights(r, now)?;
            find_to_change(r, rights, id)?;
            delete_key(r, owner, key)?;
            Ok(done.succeed(r, now)?)
        });
        self.audit.record(&act, deleted.await, now).await
    }
}

fn names(permissions: PermissionSet) -> serde_json::Value {
    serde_json::json!({ "permissions": permissions.to_string() })
}

fn find(r: &mut dyn Repositories, id: ServiceAccountId) -> Result<ServiceAccount, AdministrationError> {
    r.service_accounts().find_account(id)?.ok_or(AdministrationError::NotFound)
}

fn find_to_change(
    r: &mut dyn Repositories,
    rights: Rights,
    id: ServiceAccountId,
) -> Result<ServiceAccount, AdministrationError> {
    let account = find(r, id)?;
    rights.require_to_change(KeyOwner::ServiceAccount(id), account.permissions)?;
    Ok(account)
}

fn find_expected(
    r: &mut dyn Repositories,
    rights: Rights,
    id: ServiceAccountId,
    expected: &Precondition<ServiceAccount>,
) -> Result<ServiceAccount, AdministrationError> {
    let account = find_to_change(r, rights, id)?;
    Ok(expect(Some(account), expected)?)
}

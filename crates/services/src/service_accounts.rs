use std::sync::Arc;
use std::time::Duration;

use ore_domain::{
    ApiKey, ApiKeyId, Clock, CreationListRequest, KeyOwner, ListPage, NewApiKey, PermissionSet, Repositories,
    ServiceAccount, ServiceAccountId, Store, StoreError, StoreExt,
};
use ore_security::random::random_bytes;

use crate::api_keys::Draft;
use crate::{Actor, AdministrationError, CreatedKey};

/// The service accounts: made, changed and deleted by those who have all that they may do.
pub struct ServiceAccounts {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// What becomes of a service account; what is not said stays as it is.
#[derive(Debug, Clone)]
pub struct ServiceAccountChange {
    /// What it is called.
    pub name: Option<String>,
    /// What it may do.
    pub permissions: Option<PermissionSet>,
}

/// Whether a service account is as whoever wants to change it has seen it.
pub type ServiceAccountPrecondition = Arc<dyn Fn(&ServiceAccount) -> bool + Send + Sync>;

impl ServiceAccounts {
    /// Over the given ports.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
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

    /// Whether this actor may change this service account at all; the service account.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn find_to_change(&self, by: Actor, id: ServiceAccountId) -> Result<ServiceAccount, AdministrationError> {
        self.store.read(move |r| find_to_change(r, by, id)).await
    }

    /// Makes a service account.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn create(
        &self,
        by: Actor,
        name: String,
        permissions: PermissionSet,
    ) -> Result<ServiceAccount, AdministrationError> {
        by.require(permissions)?;
        let now = self.clock.now();
        let id = ServiceAccountId::from_random_bytes(random_bytes()?);
        let account = ServiceAccount { id, name, permissions, created_at: now, updated_at: now };
        let stored = account.clone();
        self.store.write(move |r| r.service_accounts().insert_account(&stored)).await?;
        Ok(account)
    }

    /// Changes a service account that is as expected.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn update(
        &self,
        by: Actor,
        id: ServiceAccountId,
        expected: ServiceAccountPrecondition,
        change: ServiceAccountChange,
    ) -> Result<ServiceAccount, AdministrationError> {
        let now = self.clock.now();
        let updated = self.store.write(move |r| {
            let account = find_expected(r, by, id, &expected)?;
            let ServiceAccountChange { name, permissions } = change.clone();
            let permissions = permissions.unwrap_or(account.permissions);
            by.require(permissions)?;
            let name = name.unwrap_or(account.name);
            let account = ServiceAccount { name, permissions, updated_at: now, ..account };
            r.service_accounts().update_account(&account)?.invalidate(r);
            Ok(account)
        });
        updated.await
    }

    /// Deletes a service account that is as expected, and its keys.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn delete(
        &self,
        by: Actor,
        id: ServiceAccountId,
        expected: ServiceAccountPrecondition,
    ) -> Result<(), AdministrationError> {
        let deleted = self.store.write(move |r| {
            find_expected(r, by, id, &expected)?;
            r.service_accounts().delete_account(id)?.invalidate(r);
            Ok(())
        });
        deleted.await
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
            Ok((account, r.api_keys().page_of_keys(KeyOwner::ServiceAccount(id), &request)?))
        });
        listed.await
    }

    /// Makes a key of a service account, which may be used for all that the account may do.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn create_key(
        &self,
        by: Actor,
        id: ServiceAccountId,
        name: String,
        lifetime: Duration,
    ) -> Result<(ServiceAccount, CreatedKey), AdministrationError> {
        let draft = Draft::new(KeyOwner::ServiceAccount(id), name, None, self.clock.now(), lifetime)?;
        let new = NewApiKey { key: draft.key.clone(), token_hash: draft.token_hash, is_proven: true };
        let created = self.store.write(move |r| {
            let account = find_to_change(r, by, id)?;
            r.api_keys().insert_key(&new)?;
            Ok::<_, AdministrationError>(account)
        });
        Ok((created.await?, draft.finish()))
    }

    /// Deletes a key of a service account, which counts no more.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn delete_key(&self, by: Actor, id: ServiceAccountId, key: ApiKeyId) -> Result<(), AdministrationError> {
        let deleted = self.store.write(move |r| {
            find_to_change(r, by, id)?;
            let is_deleted = r.api_keys().delete_key(KeyOwner::ServiceAccount(id), key)?.invalidate(r);
            if is_deleted { Ok(()) } else { Err(AdministrationError::NotFound) }
        });
        deleted.await
    }
}

fn find(r: &mut dyn Repositories, id: ServiceAccountId) -> Result<ServiceAccount, AdministrationError> {
    r.service_accounts().find_account(id)?.ok_or(AdministrationError::NotFound)
}

fn find_to_change(
    r: &mut dyn Repositories,
    by: Actor,
    id: ServiceAccountId,
) -> Result<ServiceAccount, AdministrationError> {
    let account = find(r, id)?;
    by.require_other_than(KeyOwner::ServiceAccount(id))?;
    by.require(account.permissions)?;
    Ok(account)
}

fn find_expected(
    r: &mut dyn Repositories,
    by: Actor,
    id: ServiceAccountId,
    expected: &ServiceAccountPrecondition,
) -> Result<ServiceAccount, AdministrationError> {
    let account = find_to_change(r, by, id)?;
    if expected(&account) { Ok(account) } else { Err(AdministrationError::PreconditionFailed) }
}

use chrono::NaiveDateTime;
use diesel::prelude::*;
use ore_domain::{
    ApiKey, ApiKeyId, KeyOwner, NewApiKey, PermissionSet, ServiceAccount, ServiceAccountId, StoreError, UserId,
};

use crate::schema::{api_keys, service_accounts};
use crate::stored_timestamp::StoredTimestamp;

/// A row of `api_keys` as it is read.
#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = api_keys)]
pub(crate) struct ApiKeyRow {
    id: String,
    user_id: Option<i64>,
    service_account_id: Option<String>,
    name: String,
    prefix: String,
    permissions: Option<String>,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    last_used_at: Option<NaiveDateTime>,
}

impl ApiKeyRow {
    pub(crate) fn into_key(self) -> Result<ApiKey, StoreError> {
        let id: ApiKeyId = self.id.parse().map_err(StoreError::other)?;
        let owner = match (self.user_id, self.service_account_id) {
            (Some(user), None) => KeyOwner::User(UserId::new(user)),
            (None, Some(account)) => {
                let account: ServiceAccountId = account.parse().map_err(StoreError::other)?;
                KeyOwner::ServiceAccount(account)
            }
            _ => return Err(StoreError::other("an API key has not one owner")),
        };
        Ok(ApiKey {
            id,
            owner,
            name: self.name,
            prefix: self.prefix,
            permissions: self.permissions.as_deref().map(PermissionSet::of_names),
            created_at: self.created_at.and_utc(),
            expires_at: self.expires_at.and_utc(),
            last_used_at: self.last_used_at.map(|time| time.and_utc()),
        })
    }
}

/// A row of `api_keys` as it is written.
#[derive(Insertable)]
#[diesel(table_name = api_keys)]
pub(crate) struct NewApiKeyRow<'a> {
    id: String,
    token_hash: &'a [u8],
    user_id: Option<i64>,
    service_account_id: Option<String>,
    name: &'a str,
    prefix: &'a str,
    permissions: Option<String>,
    is_proven: bool,
    created_at: StoredTimestamp,
    expires_at: StoredTimestamp,
}

impl<'a> From<&'a NewApiKey> for NewApiKeyRow<'a> {
    fn from(NewApiKey { key, token_hash, is_proven }: &'a NewApiKey) -> Self {
        let (user_id, service_account_id) = match key.owner {
            KeyOwner::User(user) => (Some(user.get()), None),
            KeyOwner::ServiceAccount(account) => (None, Some(account.to_string())),
        };
        Self {
            id: key.id.to_string(),
            token_hash: &token_hash.0,
            user_id,
            service_account_id,
            name: &key.name,
            prefix: &key.prefix,
            permissions: key.permissions.map(|permissions| permissions.to_string()),
            is_proven: *is_proven,
            created_at: key.created_at.into(),
            expires_at: key.expires_at.into(),
        }
    }
}

/// A row of `service_accounts`.
#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = service_accounts)]
pub(crate) struct ServiceAccountRow {
    id: String,
    name: String,
    permissions: String,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl ServiceAccountRow {
    pub(crate) fn into_account(self) -> Result<ServiceAccount, StoreError> {
        Ok(ServiceAccount {
            id: self.id.parse().map_err(StoreError::other)?,
            name: self.name,
            permissions: PermissionSet::of_names(&self.permissions),
            created_at: self.created_at.and_utc(),
            updated_at: self.updated_at.and_utc(),
        })
    }
}

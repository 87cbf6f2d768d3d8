use std::sync::Arc;

use ore_domain::{ApiKey, ApiKeyId, BoxFuture, KeyOwner, PermissionSet, StoreError, StoreExt, Timestamp, TokenHash};
use ore_security::opaque_token::{OpaqueToken, TokenKind};

use crate::caller::{Caller, Credential, Identity};
use crate::key_cache::{FoundKey, KeyName, KeyOfOwner};
use crate::last_use::{LastUse, USE_INTERVAL};
use crate::readable::or_nobody;
use crate::verified_token_cache::TokenClient;
use crate::{AuthenticateError, Authentication};

impl Authentication {
    /// Whom an API key speaks for, and no other token. The store is asked for keys alone whose checksum is right.
    ///
    /// # Errors
    /// As [`AuthenticateError`] says.
    pub async fn authenticate_key(&self, text: &str) -> Result<Caller, AuthenticateError> {
        let now = self.clock.now();
        let found = self.find_presented(text, now).await?;
        self.record_key_use(&found.key, now).await;
        Ok(caller(&found, PermissionSet::ALL))
    }

    /// The API key with this text and its owner, who may come in.
    pub(crate) async fn find_presented(
        &self,
        text: &str,
        now: Timestamp,
    ) -> Result<Arc<KeyOfOwner>, AuthenticateError> {
        let token = OpaqueToken::parse(TokenKind::ApiKey, text).map_err(|_| AuthenticateError::MalformedKey)?;
        self.find_key(KeyName::Text(TokenHash(token.digest())), now).await
    }

    /// Whom a token speaks for that was made with an API key: it ends with the key, and allows no more than the key does now.
    pub(crate) async fn find_client(
        &self,
        TokenClient { account, key, scope }: TokenClient,
        now: Timestamp,
    ) -> Result<Caller, AuthenticateError> {
        let found = self.find_key(KeyName::Id(key), now).await?;
        if found.key.owner != KeyOwner::ServiceAccount(account) {
            return Err(AuthenticateError::UnknownKey);
        }
        Ok(caller(&found, scope))
    }

    async fn find_key(&self, name: KeyName, now: Timestamp) -> Result<Arc<KeyOfOwner>, AuthenticateError> {
        let reading = self.caches.keys.find(name, now, || self.read_key(name));
        let found = reading.await.map_err(|error| error.to_copy())?.ok_or(AuthenticateError::UnknownKey)?;
        if let Some(user) = found.owner.user().filter(|user| !user.is_active) {
            return Err(AuthenticateError::DisabledUser(user.id));
        }
        if now >= found.key.expires_at {
            return Err(AuthenticateError::ExpiredKey(found.key.id));
        }
        Ok(found)
    }

    fn read_key(&self, name: KeyName) -> BoxFuture<'static, FoundKey> {
        let store = Arc::clone(&self.store);
        Box::pin(async move {
            let found = store.read(move |r| {
                let key = match name {
                    KeyName::Text(hash) => r.api_keys().find_key(hash)?,
                    KeyName::Id(id) => r.api_keys().find_key_by_id(id)?,
                };
                let Some(key) = key else { return Ok::<_, StoreError>(None) };
                let owner = match key.owner {
                    KeyOwner::User(user) => or_nobody(r.users().find(user))?.map(Arc::new).map(Identity::User),
                    KeyOwner::ServiceAccount(account) => {
                        r.service_accounts().find_account(account)?.map(Arc::new).map(Identity::ServiceAccount)
                    }
                };
                Ok(owner.map(|owner| (key, owner)))
            });
            Ok(found.await?)
        })
    }

    /// At the first use, and once a minute. The caller is served although it fails, as with a session.
    pub(crate) async fn record_key_use(&self, key: &ApiKey, now: Timestamp) {
        if key.last_used_at.is_some_and(|last| now < last + USE_INTERVAL) {
            return;
        }
        let last_use = LastUse { id: key.id, generation: 0, is_first: false, at: now };
        self.caches.key_uses.record(last_use, || self.write_key_use(key.id, now)).await;
    }

    /// Whether it was recorded.
    fn write_key_use(&self, id: ApiKeyId, at: Timestamp) -> BoxFuture<'static, bool> {
        let store = Arc::clone(&self.store);
        Box::pin(async move {
            let recorded = store.write_once(move |r| {
                r.api_keys().record_key_use(id, at)?.invalidate(r);
                Ok::<_, StoreError>(())
            });
            let recorded = recorded.await;
            if let Err(error) = &recorded {
                tracing::warn!(exception = %error, "The use of an API key could not be noted");
            }
            recorded.is_ok()
        })
    }
}

/// Who calls with an API key, or with a token of this scope that was made with it.
pub(crate) fn caller(KeyOfOwner { key, owner, .. }: &KeyOfOwner, scope: PermissionSet) -> Caller {
    Caller {
        identity: owner.clone(),
        credential: Credential::ApiKey(key.id),
        permissions: key.allowed(owner.permissions()).intersection(scope),
    }
}

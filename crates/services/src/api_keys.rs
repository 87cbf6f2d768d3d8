use std::sync::Arc;
use std::time::Duration;

use ore_domain::{
    ApiKey, ApiKeyId, AuditAction, AuditOrigin, AuditParty, Clock, CreationListRequest, KeyOwner, ListPage, NewApiKey,
    Permission, PermissionSet, Repositories, Session, SessionId, Store, StoreError, StoreExt, Timestamp, TokenHash,
    UserId,
};
use ore_security::opaque_token::{OpaqueToken, TokenKind};
use ore_security::random::{RandomnessError, random_bytes};

use crate::administration::{find, find_to_change};
use crate::audit::{Act, AuditWriter, AuditedError, Refusal};
use crate::precondition::any_state;
use crate::readable::or_nobody;
use crate::{Actor, AdministrationError};

/// The length of the visible part of a key, by which its owner recognises it: `ore_ak_` and six characters.
const PREFIX_LENGTH: usize = "ore_ak_".len() + 6;

/// The API keys of users.
pub struct ApiKeys {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// A session that is idle for this time has ended.
    idle: Duration,
    audit: AuditWriter,
}

/// A new API key.
#[derive(Debug, Clone)]
pub struct KeyRequest {
    /// The name that the owner chose.
    pub name: String,
    /// The permissions.
    pub permissions: PermissionSet,
    /// How long it is valid.
    pub lifetime: Duration,
}

/// An API key that was made, and its text, which nobody can tell afterwards.
#[derive(Debug)]
pub struct CreatedKey {
    /// The key.
    pub key: ApiKey,
    /// Its text.
    pub token: OpaqueToken,
}

/// Why a user got no API key.
#[derive(Debug, thiserror::Error)]
pub enum CreateKeyError {
    /// The session of the call has ended meanwhile.
    #[error("the session has ended")]
    EndedSession,
    /// The user lacks what the key is to be used for.
    #[error("the permission {0} is missing")]
    MissingPermission(Permission),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuditedError for CreateKeyError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::EndedSession => Refusal::failure("ended", None),
            Self::MissingPermission(_) => Refusal::denied("missing_permission", None),
            Self::Randomness(_) => Refusal::broken(),
            Self::Store(error) => error.refusal(),
        }
    }
}

impl ApiKeys {
    /// Over the given ports; sessions that are not used for `idle` have ended.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, idle: Duration) -> Self {
        let audit = AuditWriter::new(Arc::clone(&store));
        Self { store, clock, idle, audit }
    }

    /// Makes a key of the user of a session, for what the user may do now.
    ///
    /// # Errors
    /// As [`CreateKeyError`] says.
    pub async fn create(
        &self,
        user: UserId,
        session: SessionId,
        request: KeyRequest,
        origin: &AuditOrigin,
    ) -> Result<CreatedKey, CreateKeyError> {
        let (now, idle) = (self.clock.now(), self.idle);
        let permissions = request.permissions;
        let details = details(KeyOwner::User(user), Some(permissions));
        let act = Act::new(AuditAction::CreateKey, origin).with_details(details);
        let draft = KeyDraft::new(KeyOwner::User(user), request.name, Some(permissions), now, request.lifetime)?;
        let (key, token_hash) = (draft.key.clone(), draft.token_hash);
        let done = act.clone().about_key(key.id);
        let created = self.store.write(move |r| {
            // The user first: what ends the session and the keys of the user holds the row.
            let owner = or_nobody(r.users().find(user))?.ok_or(CreateKeyError::EndedSession)?;
            let found = or_nobody(r.sessions().find_with_user(session))?.map(|(session, _)| session);
            let is_valid = |found: &Session| found.user_id == user && found.is_valid(&owner, now, now - idle);
            found.filter(is_valid).ok_or(CreateKeyError::EndedSession)?;
            if let Some(missing) = owner.roles.permissions().missing_of(permissions) {
                return Err(CreateKeyError::MissingPermission(missing));
            }
            r.api_keys().insert_key(&NewApiKey { key: key.clone(), token_hash, is_proven: owner.email_verified })?;
            Ok(done.succeed(r, now)?)
        });
        self.audit.record(&act, created.await, now).await?;
        Ok(draft.finish())
    }

    /// A page of the keys of a user.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn list(&self, user: UserId, request: CreationListRequest) -> Result<ListPage<ApiKey>, StoreError> {
        self.store.read(move |r| r.api_keys().page_of_keys(Some(KeyOwner::User(user)), &request)).await
    }

    /// A page of the keys of an owner, or of all of them, each with what it may be used for as far as its owner may do it.
    ///
    /// # Errors
    /// As [`ApiKeys::list`].
    pub async fn list_with_permissions(
        &self,
        owner: Option<KeyOwner>,
        request: CreationListRequest,
    ) -> Result<ListPage<(ApiKey, PermissionSet)>, StoreError> {
        let listed = self.store.read(move |r| {
            let ListPage { items, next, total } = r.api_keys().page_of_keys(owner, &request)?;
            let items = items.into_iter().map(|key| with_permissions(r, key)).collect::<Result<_, StoreError>>()?;
            Ok(ListPage { items, next, total })
        });
        listed.await
    }

    /// The key of this id, of any owner, with the permissions that its owner has.
    ///
    /// # Errors
    /// As [`ApiKeys::list`].
    pub async fn find(&self, id: ApiKeyId) -> Result<Option<(ApiKey, PermissionSet)>, StoreError> {
        let found = self.store.read(move |r| {
            let key = r.api_keys().find_key_by_id(id)?;
            key.map(|key| with_permissions(r, key)).transpose()
        });
        found.await
    }

    /// Every key of a user.
    ///
    /// # Errors
    /// As [`ApiKeys::list`].
    pub async fn all_of_user(&self, user: UserId) -> Result<Vec<ApiKey>, StoreError> {
        self.store.read(move |r| r.api_keys().keys_of_user(user)).await
    }

    /// Deletes a key of a user; `false` if there was none.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn delete(&self, user: UserId, id: ApiKeyId, origin: &AuditOrigin) -> Result<bool, StoreError> {
        let (owner, now) = (KeyOwner::User(user), self.clock.now());
        let act = Act::new(AuditAction::DeleteKey, origin).about_key(id).with_details(details(owner, None));
        let deleted = self.store.write(move |r| {
            let is_deleted = r.api_keys().delete_key(owner, id)?.invalidate(r);
            if is_deleted {
                act.succeed(r, now)?;
            }
            Ok(is_deleted)
        });
        deleted.await
    }

    /// Deletes a key of any owner, for an operator; returns whether there was one.
    ///
    /// # Errors
    /// As [`ApiKeys::delete`].
    pub async fn revoke(&self, id: ApiKeyId, origin: &AuditOrigin) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let act = Act::new(AuditAction::DeleteKey, origin).about_key(id);
        let done = act.clone();
        let revoked = self.store.write(move |r| {
            let Some(key) = r.api_keys().find_key_by_id(id)? else { return Ok::<_, StoreError>(false) };
            let is_deleted = r.api_keys().delete_key(key.owner, id)?.invalidate(r);
            if is_deleted {
                done.clone().with_details(details(key.owner, None)).succeed(r, now)?;
            }
            Ok(is_deleted)
        });
        let is_revoked = revoked.await?;
        if !is_revoked {
            self.audit.record_refusal(&act, Refusal::failure("not_found", None), now).await;
        }
        Ok(is_revoked)
    }

    /// As [`ApiKeys::list`], for an administrator.
    ///
    /// # Errors
    /// [`AdministrationError::NotFound`], [`AdministrationError::Store`].
    pub async fn list_of_other(
        &self,
        user: UserId,
        request: CreationListRequest,
    ) -> Result<ListPage<ApiKey>, AdministrationError> {
        let listed = self.store.read(move |r| {
            find(r, user)?;
            Ok::<_, AdministrationError>(r.api_keys().page_of_keys(Some(KeyOwner::User(user)), &request)?)
        });
        listed.await
    }

    /// As [`ApiKeys::delete`], for an administrator.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn delete_of_other(&self, actor: &Actor, user: UserId, id: ApiKeyId) -> Result<(), AdministrationError> {
        let (owner, actor, now) = (KeyOwner::User(user), actor.clone(), self.clock.now());
        let act = actor.act(AuditAction::DeleteKey).about_key(id).with_details(details(owner, None));
        let done = act.clone();
        let deleted = self.store.write(move |r| {
            let rights = actor.rights(r, now)?;
            find_to_change(r, rights, &user.into(), &any_state())?;
            delete_key(r, owner, id)?;
            Ok(done.succeed(r, now)?)
        });
        self.audit.record(&act, deleted.await, now).await
    }
}

/// The details of a key for the audit log.
pub(crate) fn details(owner: KeyOwner, permissions: Option<PermissionSet>) -> serde_json::Value {
    let owner = AuditParty::from(owner);
    match permissions {
        Some(permissions) => serde_json::json!({ "owner": owner.to_string(), "permissions": permissions.to_string() }),
        None => serde_json::json!({ "owner": owner.to_string() }),
    }
}

fn with_permissions(r: &mut dyn Repositories, key: ApiKey) -> Result<(ApiKey, PermissionSet), StoreError> {
    let permissions = match (key.permissions, key.owner) {
        (Some(named), _) => named,
        (None, KeyOwner::User(_)) => PermissionSet::NONE,
        (None, KeyOwner::ServiceAccount(account)) => {
            r.service_accounts().find_account(account)?.map_or(PermissionSet::NONE, |account| account.permissions)
        }
    };
    Ok((key, permissions))
}

pub(crate) fn delete_key(r: &mut dyn Repositories, owner: KeyOwner, id: ApiKeyId) -> Result<(), AdministrationError> {
    let is_deleted = r.api_keys().delete_key(owner, id)?.invalidate(r);
    if is_deleted { Ok(()) } else { Err(AdministrationError::NotFound) }
}

/// A key before it is stored.
pub(crate) struct KeyDraft {
    pub(crate) key: ApiKey,
    pub(crate) token_hash: TokenHash,
    token: OpaqueToken,
}

impl KeyDraft {
    pub(crate) fn new(
        owner: KeyOwner,
        name: String,
        permissions: Option<PermissionSet>,
        now: Timestamp,
        lifetime: Duration,
    ) -> Result<Self, RandomnessError> {
        let token = OpaqueToken::generate(TokenKind::ApiKey)?;
        let key = ApiKey {
            id: ApiKeyId::from_random_bytes(random_bytes()?),
            owner,
            name,
            prefix: token.expose().chars().take(PREFIX_LENGTH).collect(),
            permissions,
            created_at: now,
            expires_at: now + lifetime,
            last_used_at: None,
        };
        Ok(Self { key, token_hash: TokenHash(token.digest()), token })
    }

    pub(crate) fn finish(self) -> CreatedKey {
        CreatedKey { key: self.key, token: self.token }
    }
}

use std::sync::Arc;

use ore_domain::{
    AuditAction, AuditOrigin, AuditParty, Clock, EmailAddress, ListedUser, NewUser, Password, Profile, ProfileEdit,
    Repositories, RoleName, Store, StoreError, StoreExt, Timestamp, User, UserId, UserRoles,
};

use crate::audit::{Act, AuditWriter, AuditedError, Refusal};
use crate::create_account_error::CreateAccountError;
use crate::impersonation_grounds::end_void_impersonations;
use crate::last_admin::{LastAdmin, LastAdminRule};
use crate::readable::or_nobody;
use crate::revocations::{end_all_sessions, set_roles};
use crate::{AdministrationError, HashingError, PasswordHashing, Throttle, UserSelector};

/// The accounts: users create them, and operators manage them.
pub struct Accounts {
    store: Arc<dyn Store>,
    hasher: Arc<dyn PasswordHashing>,
    clock: Arc<dyn Clock>,
    throttle: Option<Throttle>,
    audit: AuditWriter,
    admins: LastAdminRule,
}

/// The reason why a password was not set.
#[derive(Debug, thiserror::Error)]
pub enum SetPasswordError {
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuditedError for CreateAccountError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::UserAlreadyExists => Refusal::failure("address_taken", None),
            Self::Hashing(error) => error.refusal(),
            Self::Store(error) => error.refusal(),
        }
    }
}

impl AuditedError for SetPasswordError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::Hashing(error) => error.refusal(),
            Self::Store(error) => error.refusal(),
        }
    }
}

impl Accounts {
    /// Over the given ports.
    pub fn new(store: Arc<dyn Store>, hasher: Arc<dyn PasswordHashing>, clock: Arc<dyn Clock>) -> Self {
        let audit = AuditWriter::new(Arc::clone(&store));
        Self { store, hasher, clock, throttle: None, audit, admins: LastAdminRule::default() }
    }

    /// The same, with a rule of who is an admin.
    #[must_use]
    pub fn with_admins(self, admins: LastAdminRule) -> Self {
        Self { admins, ..self }
    }

    /// The same, with a throttle whose failures are reset when a password is set.
    #[must_use]
    pub fn with_throttle(self, throttle: Option<Throttle>) -> Self {
        Self { throttle, ..self }
    }

    /// An account that can be created, because no account has the address yet.
    pub(crate) async fn draft(
        &self,
        email: EmailAddress,
        password: Password,
        logs_in: bool,
    ) -> Result<NewUser, CreateAccountError> {
        let canonical = email.canonical().clone();
        // Saves the hash if the answer is known. The unique index decides in any case.
        let existing = self.store.read(move |r| r.users().find_by_email(&canonical)).await?;
        if existing.is_some() {
            return Err(CreateAccountError::UserAlreadyExists);
        }
        let password_hash = self.hasher.hash_new(password).await?;
        let created_at = self.clock.now();
        Ok(NewUser { email, password_hash, created_at, last_login_at: logs_in.then_some(created_at) })
    }

    /// Creates an account, and stores the rest in the same transaction.
    pub(crate) async fn insert<T: Send + 'static>(
        &self,
        new: NewUser,
        and: impl Fn(&mut dyn Repositories, &User) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<(User, T), CreateAccountError> {
        let created = self.store.write(move |r| {
            let user = r.users().insert(new.clone())?;
            let more = and(r, &user)?;
            Ok::<_, CreateAccountError>((user, more))
        });
        created.await
    }

    /// Sets the password of a user, ends the sessions and resets the failures; `false` if there is no such user.
    ///
    /// # Errors
    /// As [`SetPasswordError`] says.
    pub async fn set_password(
        &self,
        user: impl Into<UserSelector>,
        password: Password,
        origin: &AuditOrigin,
    ) -> Result<bool, SetPasswordError> {
        let (user, now) = (user.into(), self.clock.now());
        let act = Act::new(AuditAction::SetPassword, origin);
        let hash = self.audit.record(&act, self.hasher.hash_new(password).await, now).await?;
        let (throttle, done) = (self.throttle.clone(), act.clone());
        let set = self.store.write(move |r| {
            let Some(id) = user.key(r.users())? else { return Ok::<_, StoreError>(false) };
            // The user first: a log-in that is under way locks the row, and its session is seen afterwards.
            let is_set = r.users().set_password_hash(id, &hash)?.invalidate(r);
            end_all_sessions(r, id, now)?;
            reset_failures(r, throttle.as_ref(), id)?;
            done.succeed_if(is_set, r, id, now)
        });
        Ok(self.record_missing(&act, set.await?, now).await)
    }

    /// Whether a password is the address of this user, or the part of it before the `@`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn is_own_address(&self, user: impl Into<UserSelector>, password: &Password) -> Result<bool, StoreError> {
        let user = user.into();
        let found = self.store.read(move |r| match user.key(r.users())? {
            Some(id) => or_nobody(r.users().find(id)),
            None => Ok(None),
        });
        Ok(found.await?.is_some_and(|user| password.is_address(&user.email)))
    }

    /// Resets the failed log-ins of a user, so that no source is delayed or locked; `false` if there is no such user.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn unlock(&self, user: impl Into<UserSelector>, origin: &AuditOrigin) -> Result<bool, StoreError> {
        let (user, throttle, now) = (user.into(), self.throttle.clone(), self.clock.now());
        let act = Act::new(AuditAction::UnlockUser, origin);
        let done = act.clone();
        let unlocked = self.store.write(move |r| {
            let Some(id) = user.key(r.users())? else { return Ok::<_, StoreError>(false) };
            let is_unlocked = reset_failures(r, throttle.as_ref(), id)?;
            done.succeed_if(is_unlocked, r, id, now)
        });
        Ok(self.record_missing(&act, unlocked.await?, now).await)
    }

    /// Enables or disables a user. Disabling ends the sessions. `false` if there is no such user.
    ///
    /// # Errors
    /// As [`LastAdmin`] says.
    pub async fn set_active(
        &self,
        user: impl Into<UserSelector>,
        is_active: bool,
        origin: &AuditOrigin,
    ) -> Result<bool, LastAdmin> {
        let (user, now) = (user.into(), self.clock.now());
        let action = if is_active { AuditAction::ActivateUser } else { AuditAction::DeactivateUser };
        let act = Act::new(action, origin);
        let (done, admins) = (act.clone(), self.admins);
        let set = self.store.write(move |r| {
            let Some(id) = user.key(r.users())? else { return Ok::<_, LastAdmin>(false) };
            if !is_active && let Some(user) = or_nobody(r.users().find(id))? {
                admins.require_another(r, &user)?;
            }
            let is_set = r.users().set_active(id, is_active)?.invalidate(r);
            if !is_active {
                end_all_sessions(r, id, now)?;
            }
            Ok(done.succeed_if(is_set, r, id, now)?)
        });
        let set = self.audit.record(&act, set.await, now).await?;
        Ok(self.record_missing(&act, set, now).await)
    }

    /// Grants a role to a user, or revokes it; `false` if there is no such user.
    ///
    /// # Errors
    /// [`AdministrationError::UnknownRole`], [`AdministrationError::TooManyRoles`], [`AdministrationError::LastAdmin`],
    /// [`AdministrationError::Store`].
    pub async fn set_role(
        &self,
        user: impl Into<UserSelector>,
        role: RoleName,
        has_role: bool,
        origin: &AuditOrigin,
    ) -> Result<bool, AdministrationError> {
        let (user, now) = (user.into(), self.clock.now());
        let action = if has_role { AuditAction::GrantRole } else { AuditAction::RevokeRole };
        let act = Act::new(action, origin).with_details(serde_json::json!({ "role": role.as_str() }));
        let (done, admins) = (act.clone(), self.admins);
        let set = self.store.write(move |r| {
            let Some(id) = user.key(r.users())? else { return Ok::<_, AdministrationError>(false) };
            let Some(user) = or_nobody(r.users().find(id))? else { return Ok(false) };
            r.roles().find_role(&role)?.ok_or(AdministrationError::UnknownRole)?;
            let others = user.roles.names().iter().filter(|other| **other != role);
            let roles: Vec<_> = others.chain(has_role.then_some(&role)).cloned().collect();
            if has_role && !UserRoles::fit_in_token(&roles) {
                return Err(AdministrationError::TooManyRoles);
            }
            if role.is_admin() && !has_role {
                admins.require_another(r, &user)?;
            }
            set_roles(r, id, user.roles.names(), &roles, now)?;
            end_void_impersonations(r, now)?;
            Ok(done.succeed_if(true, r, id, now)?)
        });
        let set = self.audit.record(&act, set.await, now).await?;
        Ok(self.record_missing(&act, set, now).await)
    }

    /// Writes an audit entry that there is no such user.
    async fn record_missing(&self, act: &Act, is_done: bool, now: Timestamp) -> bool {
        if !is_done {
            self.audit.record_refusal(act, Refusal::failure("not_found", None), now).await;
        }
        is_done
    }

    /// Changes the profile of a user; `None` if there is no such user.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn edit_profile(
        &self,
        user: UserId,
        edit: ProfileEdit,
        origin: &AuditOrigin,
    ) -> Result<Option<User>, StoreError> {
        let now = self.clock.now();
        let act = Act::new(AuditAction::UpdateUser, origin).about_user(user);
        let edited = self.store.write(move |r| {
            let Some(user) = r.users().find(user)? else { return Ok(None) };
            let profile = edit.clone().apply(&user.profile);
            if profile == user.profile {
                return Ok(Some(user));
            }
            let profile = Profile { changed_at: Some(now), ..profile };
            r.users().set_profile(user.id, &profile)?.invalidate(r);
            act.succeed(r, now)?;
            Ok(Some(User { profile, ..user }))
        });
        edited.await
    }

    /// Deletes a user and ends the sessions; `false` if there is no such user. The key is never given again.
    ///
    /// # Errors
    /// As [`LastAdmin`] says.
    pub async fn delete(&self, user: impl Into<UserSelector>, origin: &AuditOrigin) -> Result<bool, LastAdmin> {
        let (user, now) = (user.into(), self.clock.now());
        let id = if let UserSelector::Key(id) = &user { Some(*id) } else { None };
        // If users delete themselves, nothing of their device may remain.
        let is_own = id.is_some() && origin.actor == id.map(AuditParty::user);
        let origin = if is_own { origin.clone().without_client() } else { origin.clone() };
        let done = Act::new(AuditAction::DeleteUser, &origin);
        let act = id.map_or_else(|| done.clone(), |id| done.clone().about_user(id));
        let admins = self.admins;
        let deleted = self.store.write(move |r| {
            let Some(id) = user.key(r.users())? else { return Ok::<_, LastAdmin>(false) };
            if let Some(user) = or_nobody(r.users().find(id))? {
                admins.require_another(r, &user)?;
            }
            let is_deleted = delete_user(r, id, now)?;
            Ok(done.succeed_if(is_deleted, r, id, now)?)
        });
        let deleted = self.audit.record(&act, deleted.await, now).await?;
        Ok(self.record_missing(&act, deleted, now).await)
    }

    /// Writes an audit entry that all data of a user is exported, before the export.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn record_export(&self, user: UserId, origin: &AuditOrigin) -> Result<(), StoreError> {
        let entry = Act::new(AuditAction::ExportUser, origin).about_user(user).success(self.clock.now());
        self.store.write_once(move |r| r.audit_log().append(&entry)).await
    }

    /// At most `limit` users in the order of their keys, those with keys above `after`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn list(&self, after: Option<UserId>, limit: u32) -> Result<Vec<ListedUser>, StoreError> {
        self.store.read(move |r| r.users().list(after, limit)).await
    }
}

/// Deletes a user, and all that is stored of the address and the devices; `false` if there is no such user.
pub(crate) fn delete_user(r: &mut dyn Repositories, id: UserId, now: Timestamp) -> Result<bool, StoreError> {
    end_all_sessions(r, id, now)?;
    // An unreadable user has no address of which anything is stored.
    if let Some(user) = or_nobody(r.users().find(id))? {
        r.outbox().forget(&user)?;
    }
    let is_deleted = r.users().delete(id)?.invalidate(r);
    r.audit_log().erase_user(id)?;
    Ok(is_deleted)
}

/// Resets the failures of a user; `false` if there is no such user, or an unreadable one, who cannot log in.
pub(crate) fn reset_failures(
    repositories: &mut dyn Repositories,
    throttle: Option<&Throttle>,
    user: UserId,
) -> Result<bool, StoreError> {
    let Some(user) = or_nobody(repositories.users().find(user))? else { return Ok(false) };
    if let Some(throttle) = throttle {
        repositories.login_failures().reset_all_failures(&throttle.account(user.email.canonical()))?;
    }
    Ok(true)
}

use std::sync::Arc;

use ore_domain::{
    AuditAction, AuditOrigin, Clock, KeyOwner, ListPage, ListedUser, Locale, MailKind, MailPurpose, NewUser,
    PasswordHash, Permission, PermissionSet, Profile, Repositories, RoleName, Store, StoreError, StoreExt, Timestamp,
    User, UserId, UserListRequest, UserRoles,
};

use crate::accounts::{delete_user, reset_failures};
use crate::administration_error::AdministrationError;
use crate::audit::{Act, AuditWriter};
use crate::last_admin::LastAdminRule;
use crate::mailer::{Mail, new_token};
use crate::precondition::{Precondition, any_state, expect};
use crate::readable::or_nobody;
use crate::revocations::end_all_sessions;
use crate::user_change::UserChange;
use crate::{
    AccountMail, Caller, CreateAccountError, Mailer, NewAccount, PasswordHashing, SecondFactorPolicy, Throttle,
    UserSelector,
};

/// What administrators do with the accounts of others.
///
/// Nobody gives what they do not have, and nobody changes somebody who may do more than they may.
pub struct Administration {
    store: Arc<dyn Store>,
    hasher: Arc<dyn PasswordHashing>,
    clock: Arc<dyn Clock>,
    pub(crate) mailer: Mailer,
    throttle: Option<Throttle>,
    audit: AuditWriter,
    admins: LastAdminRule,
    pub(crate) policy: SecondFactorPolicy,
}

/// An administrator or operator.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Their permissions.
    pub permissions: PermissionSet,
    /// The owner of the API key, if the caller uses one. A key changes nothing about its owner.
    pub key_owner: Option<KeyOwner>,
    /// The actor and the network, for the audit log.
    pub origin: AuditOrigin,
    /// The permission that the call needs; `None` at the command line.
    pub needed: Option<Permission>,
}

impl Actor {
    /// The caller of a request that needs this permission.
    pub fn new(caller: &Caller, request: AuditOrigin, needed: Permission) -> Self {
        Self {
            permissions: caller.permissions,
            key_owner: caller.key_owner(),
            origin: caller.act(request),
            needed: Some(needed),
        }
    }

    /// An operator at the command line of the service, with all permissions.
    pub fn operator() -> Self {
        Self { permissions: PermissionSet::ALL, key_owner: None, origin: AuditOrigin::operator(), needed: None }
    }

    /// The present permissions of the actor, read in the transaction of the act: a body may come late, and the actor
    /// may have lost permissions since.
    pub(crate) fn may(&self, r: &mut dyn Repositories, now: Timestamp) -> Result<PermissionSet, AdministrationError> {
        let (Some(needed), Some(session)) = (self.needed, self.origin.session_id) else { return Ok(self.permissions) };
        let found = or_nobody(r.sessions().find_with_user(session))?;
        let found = found.filter(|(session, user)| session.is_valid(user, now, session.last_used_at));
        let (_, user) = found.ok_or(AdministrationError::EndedSession)?;
        let may = user.roles.permissions();
        require(may, [needed].into_iter().collect())?;
        Ok(may)
    }

    /// As [`Actor::may`], with what a key may not change.
    pub(crate) fn rights(&self, r: &mut dyn Repositories, now: Timestamp) -> Result<Rights, AdministrationError> {
        Ok(Rights { permissions: self.may(r, now)?, key_owner: self.key_owner })
    }

    /// An act that they try.
    pub(crate) fn act(&self, action: AuditAction) -> Act {
        Act::new(action, &self.origin)
    }
}

/// The permissions of an actor, and the users whom the actor may change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rights {
    pub(crate) permissions: PermissionSet,
    key_owner: Option<KeyOwner>,
}

impl Rights {
    /// Fails for who lacks one of these permissions of somebody, and for an API key of them.
    pub(crate) fn require_to_change(
        self,
        owner: KeyOwner,
        permissions: PermissionSet,
    ) -> Result<(), AdministrationError> {
        if self.key_owner == Some(owner) {
            return Err(AdministrationError::SessionRequired);
        }
        require(self.permissions, permissions)
    }
}

impl Administration {
    /// Over the given ports.
    pub fn new(
        store: Arc<dyn Store>,
        hasher: Arc<dyn PasswordHashing>,
        clock: Arc<dyn Clock>,
        mailer: Mailer,
        throttle: Option<Throttle>,
    ) -> Self {
        let audit = AuditWriter::new(Arc::clone(&store));
        let (admins, policy) = (LastAdminRule::default(), SecondFactorPolicy::default());
        Self { store, hasher, clock, mailer, throttle, audit, admins, policy }
    }

    /// The same, under this rule of who counts as an admin.
    #[must_use]
    pub fn with_admins(self, admins: LastAdminRule) -> Self {
        Self { admins, ..self }
    }

    /// The same, where some users must have a second factor.
    #[must_use]
    pub fn with_policy(self, policy: SecondFactorPolicy) -> Self {
        Self { policy, ..self }
    }

    /// A page of the users.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn list(&self, request: UserListRequest) -> Result<ListPage<ListedUser>, StoreError> {
        self.store.read(move |r| r.users().page(&request)).await
    }

    /// The user who is meant.
    ///
    /// # Errors
    /// [`AdministrationError::NotFound`], [`AdministrationError::Store`].
    pub async fn find(&self, user: impl Into<UserSelector>) -> Result<User, AdministrationError> {
        let user = user.into();
        self.store.read(move |r| find_selected(r, &user)).await
    }

    /// Makes an account. The language is that of the invitation, where the account has none.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn create(&self, actor: &Actor, new: NewAccount, locale: Locale) -> Result<User, AdministrationError> {
        let (act, at) = (actor.act(AuditAction::CreateUser), self.clock.now());
        let created = self.create_at(actor.clone(), new, locale, act.clone(), at).await;
        self.audit.record(&act, created, at).await
    }

    async fn create_at(
        &self,
        actor: Actor,
        new: NewAccount,
        locale: Locale,
        act: Act,
        at: Timestamp,
    ) -> Result<User, AdministrationError> {
        let NewAccount { email, password, profile, roles, sends_invitation } = new;
        let is_invited = password.is_none() && sends_invitation;
        let password_hash = match password {
            Some(password) => self.hasher.hash_new(password).await?,
            None => PasswordHash::new(String::new()),
        };
        let profile = Profile { changed_at: None, ..profile };
        let new = NewUser { email, password_hash, created_at: at, last_login_at: None };
        let (mailer, token) = (self.mailer.clone(), new_token()?);
        let created = self.store.write(move |r| {
            let may = actor.may(r, at)?;
            check_new_roles(r, may, &roles, &[])?;
            let user = r.users().insert(new.clone()).map_err(CreateAccountError::from)?;
            r.users().set_profile(user.id, &profile)?.invalidate(r);
            r.roles().set_roles_of(user.id, &roles)?.invalidate(r);
            let user = find(r, user.id)?;
            if is_invited {
                let mail = Mail { kind: MailKind::Invitation, user: Some(&user), to: &user.email, locale, at };
                mailer.send_token_in_time(r, &mail, MailPurpose::ResetPassword, &token)?;
            }
            act.clone().about_user(user.id).succeed(r, at)?;
            Ok::<_, AdministrationError>(user)
        });
        created.await
    }

    /// Changes a user who is as expected.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn update(
        &self,
        actor: &Actor,
        id: UserId,
        expected: Precondition<User>,
        change: UserChange,
        locale: Locale,
    ) -> Result<User, AdministrationError> {
        let (mailer, admins) = (self.mailer.clone(), self.admins);
        let act = actor.act(AuditAction::UpdateUser).with_details(change.details());
        let updating = move |r: &mut dyn Repositories, user: User, may, now| {
            if let Some(roles) = &change.roles {
                check_new_roles(r, may, roles, user.roles.names())?;
            }
            if change.takes_admin_from(&user, admins) {
                admins.require_another(r, &user)?;
            }
            change.apply(r, &user, &mailer, locale, now)?;
            find(r, user.id)
        };
        self.change(actor, act, id, expected, updating).await
    }

    /// Deletes a user who is as expected.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn delete(
        &self,
        actor: &Actor,
        id: UserId,
        expected: Precondition<User>,
    ) -> Result<(), AdministrationError> {
        let admins = self.admins;
        let deleting = move |r: &mut dyn Repositories, user: User, _, now| {
            admins.require_another(r, &user)?;
            delete_user(r, user.id, now)?;
            Ok(())
        };
        self.change(actor, actor.act(AuditAction::DeleteUser), id, expected, deleting).await
    }

    /// Writes to a user, unless such a mail was just written.
    ///
    /// # Errors
    /// [`AdministrationError::NoMail`] and others, as [`AdministrationError`] says.
    pub async fn send_mail(
        &self,
        actor: &Actor,
        user: impl Into<UserSelector>,
        mail: AccountMail,
        locale: Locale,
    ) -> Result<(), AdministrationError> {
        let (mailer, token) = (self.mailer.clone(), new_token()?);
        let action = match mail {
            AccountMail::Invitation => AuditAction::InviteUser,
            AccountMail::PasswordReset => AuditAction::ForgotPassword,
        };
        let sending = move |r: &mut dyn Repositories, user: User, _, at| {
            if !mailer.is_configured() {
                return Err(AdministrationError::NoMail);
            }
            // An invitation is valid for days. A user who has a password gets a link that is valid for minutes.
            let is_invited = mail == AccountMail::Invitation && !user.has_password();
            let kind = if is_invited { MailKind::Invitation } else { MailKind::ResetPassword };
            let mail = Mail { kind, user: Some(&user).filter(|user| user.is_active), to: &user.email, locale, at };
            Ok(mailer.send_token_in_time(r, &mail, MailPurpose::ResetPassword, &token)?)
        };
        self.change(actor, actor.act(action), user, any_state(), sending).await
    }

    /// Ends every session of a user; how many there were.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn log_out(&self, actor: &Actor, user: impl Into<UserSelector>) -> Result<usize, AdministrationError> {
        let ending = |r: &mut dyn Repositories, user: User, _, now| Ok(end_all_sessions(r, user.id, now)?);
        self.change(actor, actor.act(AuditAction::LogOutAll), user, any_state(), ending).await
    }

    /// Whether failed log-ins are counted, so that there is something to reset.
    pub fn counts_failures(&self) -> bool {
        self.throttle.is_some()
    }

    /// Resets the failed log-ins of a user.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn unlock(&self, actor: &Actor, id: UserId) -> Result<(), AdministrationError> {
        let throttle = self.throttle.clone();
        let unlocking = move |r: &mut dyn Repositories, user: User, _, _| {
            reset_failures(r, throttle.as_ref(), user.id)?;
            Ok(())
        };
        self.change(actor, actor.act(AuditAction::UnlockUser), id, any_state(), unlocking).await
    }

    /// Does something to a user who is as expected and may do no more than the actor, and records it in the same
    /// transaction.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        actor: &Actor,
        act: Act,
        user: impl Into<UserSelector>,
        expected: Precondition<User>,
        change: impl Fn(&mut dyn Repositories, User, PermissionSet, Timestamp) -> Result<T, AdministrationError>
        + Send
        + 'static,
    ) -> Result<T, AdministrationError> {
        let (user, actor, now) = (user.into(), actor.clone(), self.clock.now());
        let act = if let UserSelector::Key(id) = &user { act.about_user(*id) } else { act };
        let done = act.clone();
        let changed = self.store.write(move |r| {
            let rights = actor.rights(r, now)?;
            let user = find_to_change(r, rights, &user, &expected)?;
            let done = done.clone().about_user(user.id);
            let answer = change(r, user, rights.permissions, now)?;
            done.succeed(r, now)?;
            Ok::<_, AdministrationError>(answer)
        });
        self.audit.record(&act, changed.await, now).await
    }

    /// The user, if this actor may change them at all. A refusal is recorded as one of this action.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn find_to_change(
        &self,
        actor: &Actor,
        action: AuditAction,
        id: UserId,
    ) -> Result<User, AdministrationError> {
        let (act, actor, now) = (actor.act(action).about_user(id), actor.clone(), self.clock.now());
        let found = self.store.read(move |r| {
            let rights = actor.rights(r, now)?;
            find_to_change(r, rights, &id.into(), &any_state())
        });
        self.audit.record(&act, found.await, now).await
    }
}

/// One who cannot be read is nobody whom an administrator could change.
pub(crate) fn find(r: &mut dyn Repositories, id: UserId) -> Result<User, AdministrationError> {
    or_nobody(r.users().find(id))?.ok_or(AdministrationError::NotFound)
}

fn find_selected(r: &mut dyn Repositories, user: &UserSelector) -> Result<User, AdministrationError> {
    let id = user.key(r.users())?.ok_or(AdministrationError::NotFound)?;
    find(r, id)
}

pub(crate) fn find_to_change(
    r: &mut dyn Repositories,
    rights: Rights,
    user: &UserSelector,
    expected: &Precondition<User>,
) -> Result<User, AdministrationError> {
    let user = find_selected(r, user)?;
    rights.require_to_change(KeyOwner::User(user.id), user.roles.permissions())?;
    Ok(expect(Some(user), expected)?)
}

/// Fails for who lacks one of these permissions.
pub(crate) fn require(may: PermissionSet, permissions: PermissionSet) -> Result<(), AdministrationError> {
    may.missing_of(permissions).map_or(Ok(()), |permission| Err(AdministrationError::MissingPermission(permission)))
}

/// Checks that the roles exist, and that the actor has every permission of the roles that the user gets now.
fn check_new_roles(
    r: &mut dyn Repositories,
    may: PermissionSet,
    roles: &[RoleName],
    present: &[RoleName],
) -> Result<(), AdministrationError> {
    if !UserRoles::fit_in_token(roles) {
        return Err(AdministrationError::TooManyRoles);
    }
    for name in roles {
        let role = r.roles().find_role(name)?.ok_or(AdministrationError::UnknownRole)?;
        if !present.contains(name) {
            require(may, role.permissions)?;
        }
    }
    Ok(())
}

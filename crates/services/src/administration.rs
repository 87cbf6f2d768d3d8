use std::sync::Arc;

use ore_domain::{
    Clock, EmailAddress, KeyOwner, ListPage, ListedUser, Locale, MailKind, MailPurpose, NewUser, Password,
    PasswordHash, Permission, PermissionSet, Profile, Repositories, RoleName, Store, StoreError, StoreExt, User,
    UserId, UserListRequest,
};

use crate::accounts::{delete_user, reset_failures};
use crate::administration_error::AdministrationError;
use crate::mailing::{Mail, new_token};
use crate::readable::or_nobody;
use crate::user_change::UserChange;
use crate::{Caller, CreateAccountError, Mailing, PasswordHashing, Throttle};

/// What administrators do with the accounts of others.
///
/// Nobody gives what they do not have, and nobody changes somebody who may do more than they may.
pub struct Administration {
    store: Arc<dyn Store>,
    hasher: Arc<dyn PasswordHashing>,
    clock: Arc<dyn Clock>,
    mailing: Mailing,
    throttle: Option<Throttle>,
}

/// Who administers.
#[derive(Debug, Clone, Copy)]
pub struct Actor {
    /// What they may do.
    pub permissions: PermissionSet,
    /// Whose API key is used, if one is: it changes nothing about its owner.
    pub key_owner: Option<KeyOwner>,
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        Self { permissions: caller.permissions, key_owner: caller.key_owner() }
    }
}

/// Whether a user is as whoever wants to change it has seen it.
pub type Precondition = Arc<dyn Fn(&User) -> bool + Send + Sync>;

/// An account that an administrator makes.
pub struct NewAccount {
    /// The address.
    pub email: EmailAddress,
    /// The password; without one, an invitation lets the user set it.
    pub password: Option<Password>,
    /// The name and the language.
    pub profile: Profile,
    /// The roles.
    pub roles: Vec<RoleName>,
    /// Whether somebody without a password is invited.
    pub sends_invitation: bool,
}

/// A mail that an administrator has sent to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountMail {
    /// Lets the user set the first password.
    Invitation,
    /// Lets the user set another.
    PasswordReset,
}

impl Administration {
    /// Over the given ports.
    pub fn new(
        store: Arc<dyn Store>,
        hasher: Arc<dyn PasswordHashing>,
        clock: Arc<dyn Clock>,
        mailing: Mailing,
        throttle: Option<Throttle>,
    ) -> Self {
        Self { store, hasher, clock, mailing, throttle }
    }

    /// A page of the users.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn list(&self, request: UserListRequest) -> Result<ListPage<ListedUser>, StoreError> {
        self.store.read(move |r| r.users().page(&request)).await
    }

    /// The user with this key.
    ///
    /// # Errors
    /// [`AdministrationError::NotFound`], [`AdministrationError::Store`].
    pub async fn find(&self, id: UserId) -> Result<User, AdministrationError> {
        self.store.read(move |r| find(r, id)).await
    }

    /// Makes an account. The language is that of the invitation, where the account has none.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn create(&self, by: Actor, new: NewAccount, locale: Locale) -> Result<User, AdministrationError> {
        let NewAccount { email, password, profile, roles, sends_invitation } = new;
        let is_invited = password.is_none() && sends_invitation;
        let password_hash = match password {
            Some(password) => self.hasher.hash_new(password).await?,
            None => PasswordHash::new(String::new()),
        };
        let at = self.clock.now();
        let profile = Profile { changed_at: None, ..profile };
        let new = NewUser { email, password_hash, created_at: at, last_login_at: None };
        let (mailing, token) = (self.mailing.clone(), new_token()?);
        let created = self.store.write(move |r| {
            grant_check(r, by, &roles, &[])?;
            let user = r.users().insert(new.clone()).map_err(CreateAccountError::from)?;
            r.users().set_profile(user.id, &profile)?.invalidate(r);
            r.roles().set_roles_of(user.id, &roles)?.invalidate(r);
            let user = find(r, user.id)?;
            if is_invited {
                let mail = Mail { kind: MailKind::Invitation, user: Some(&user), to: &user.email, locale, at };
                mailing.send_token_in_time(r, &mail, MailPurpose::ResetPassword, &token)?;
            }
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
        by: Actor,
        id: UserId,
        expected: Precondition,
        change: UserChange,
        locale: Locale,
    ) -> Result<User, AdministrationError> {
        let (now, mailing) = (self.clock.now(), self.mailing.clone());
        let updated = self.store.write(move |r| {
            let user = find_to_change(r, by, id, &expected)?;
            if let Some(roles) = &change.roles {
                grant_check(r, by, roles, user.grants.roles())?;
            }
            if change.takes_admin_from(&user) {
                require_another_admin(r, &user)?;
            }
            change.apply(r, &user, &mailing, locale, now)?;
            find(r, id)
        });
        updated.await
    }

    /// Deletes a user who is as expected.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn delete(&self, by: Actor, id: UserId, expected: Precondition) -> Result<(), AdministrationError> {
        let deleted = self.store.write(move |r| {
            let user = find_to_change(r, by, id, &expected)?;
            require_another_admin(r, &user)?;
            delete_user(r, id)?;
            Ok::<_, AdministrationError>(())
        });
        deleted.await
    }

    /// Writes to a user, where mail is configured, unless such a mail was just written.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn send_mail(
        &self,
        by: Actor,
        id: UserId,
        mail: AccountMail,
        locale: Locale,
    ) -> Result<(), AdministrationError> {
        let (mailing, token, at) = (self.mailing.clone(), new_token()?, self.clock.now());
        let kind = match mail {
            AccountMail::Invitation => MailKind::Invitation,
            AccountMail::PasswordReset => MailKind::ResetPassword,
        };
        let sent = self.store.write(move |r| {
            let user = find_to_change(r, by, id, &anything())?;
            let mail = Mail { kind, user: Some(&user).filter(|user| user.is_active), to: &user.email, locale, at };
            Ok::<_, AdministrationError>(mailing.send_token_in_time(r, &mail, MailPurpose::ResetPassword, &token)?)
        });
        sent.await
    }

    /// Ends every session of a user; how many there were.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn log_out(&self, by: Actor, id: UserId) -> Result<usize, AdministrationError> {
        let now = self.clock.now();
        let ended = self.store.write(move |r| {
            find_to_change(r, by, id, &anything())?;
            Ok::<_, AdministrationError>(r.sessions().end_all(id, None, now)?.invalidate(r))
        });
        ended.await
    }

    /// Forgets that log-ins of a user failed.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn unlock(&self, by: Actor, id: UserId) -> Result<(), AdministrationError> {
        let throttle = self.throttle.clone();
        let unlocked = self.store.write(move |r| {
            find_to_change(r, by, id, &anything())?;
            reset_failures(r, throttle.as_ref(), id)?;
            Ok::<_, AdministrationError>(())
        });
        unlocked.await
    }

    /// Whether this actor may change this user at all; the user.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn find_to_change(&self, by: Actor, id: UserId) -> Result<User, AdministrationError> {
        self.store.read(move |r| find_to_change(r, by, id, &anything())).await
    }
}

pub(crate) fn anything() -> Precondition {
    Arc::new(|_| true)
}

/// One who cannot be read is nobody whom an administrator could change.
pub(crate) fn find(r: &mut dyn Repositories, id: UserId) -> Result<User, AdministrationError> {
    or_nobody(r.users().find(id))?.ok_or(AdministrationError::NotFound)
}

pub(crate) fn find_to_change(
    r: &mut dyn Repositories,
    by: Actor,
    id: UserId,
    expected: &Precondition,
) -> Result<User, AdministrationError> {
    let user = find(r, id)?;
    by.require_other_than(KeyOwner::User(id))?;
    by.require(user.grants.permissions())?;
    if expected(&user) { Ok(user) } else { Err(AdministrationError::PreconditionFailed) }
}

impl Actor {
    /// Fails for who lacks one of these permissions.
    pub(crate) fn require(self, permissions: PermissionSet) -> Result<(), AdministrationError> {
        let missing: Option<Permission> = self.permissions.missing_of(permissions);
        missing.map_or(Ok(()), |permission| Err(AdministrationError::MissingPermission(permission)))
    }

    /// Fails for a key of this owner, whose credentials and sessions it may not touch.
    pub(crate) fn require_other_than(self, owner: KeyOwner) -> Result<(), AdministrationError> {
        if self.key_owner == Some(owner) { Err(AdministrationError::SessionRequired) } else { Ok(()) }
    }
}

/// Whether the roles are there and what the new ones allow is the actor's to give.
fn grant_check(
    r: &mut dyn Repositories,
    by: Actor,
    roles: &[RoleName],
    present: &[RoleName],
) -> Result<(), AdministrationError> {
    for name in roles {
        let role = r.roles().find_role(name)?.ok_or(AdministrationError::UnknownRole)?;
        if !present.contains(name) {
            by.require(role.permissions)?;
        }
    }
    Ok(())
}

/// Fails for the last one who can administer the service.
pub(crate) fn require_another_admin(r: &mut dyn Repositories, user: &User) -> Result<(), LastAdmin> {
    let counts = user.grants.is_admin() && user.is_active && user.has_password();
    if counts && !r.roles().is_another_admin_there(user.id)? { Err(LastAdmin::Refused) } else { Ok(()) }
}

/// Why somebody could not stop to be an admin.
#[derive(Debug, thiserror::Error)]
pub enum LastAdmin {
    /// No other admin is active and can sign in.
    #[error("nobody else could administer the service: make another user an admin first")]
    Refused,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

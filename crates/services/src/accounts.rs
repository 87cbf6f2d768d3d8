use std::sync::Arc;

use ore_domain::{
    Clock, Constraint, EmailAddress, ListedUser, NewUser, Password, Profile, ProfileEdit, Repositories, RoleName,
    Store, StoreError, StoreExt, User, UserId,
};

use crate::administration::{LastAdmin, require_another_admin};
use crate::readable::or_nobody;
use crate::{AdministrationError, HashingError, PasswordHashing, Throttle, UserSelector};

/// The accounts: made by their owners, looked after by operators.
pub struct Accounts {
    store: Arc<dyn Store>,
    hasher: Arc<dyn PasswordHashing>,
    clock: Arc<dyn Clock>,
    throttle: Option<Throttle>,
}

/// Why there is no new account.
#[derive(Debug, thiserror::Error)]
pub enum CreateAccountError {
    /// Some spelling of the address has an account.
    #[error("the address has an account")]
    UserAlreadyExists,
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for CreateAccountError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(Constraint::UserEmail) | StoreError::Unreadable(_) => Self::UserAlreadyExists,
            other => Self::Store(other),
        }
    }
}

/// Why a password was not set.
#[derive(Debug, thiserror::Error)]
pub enum SetPasswordError {
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Over the given ports.
    pub fn new(store: Arc<dyn Store>, hasher: Arc<dyn PasswordHashing>, clock: Arc<dyn Clock>) -> Self {
        Self { store, hasher, clock, throttle: None }
    }

    /// The same, forgetting failures to log in where a password is set.
    #[must_use]
    pub fn with_throttle(self, throttle: Option<Throttle>) -> Self {
        Self { throttle, ..self }
    }

    /// Makes the account of `email`, which can log in at once.
    ///
    /// # Errors
    /// [`CreateAccountError::UserAlreadyExists`] when it has one, also when another request makes it meanwhile.
    pub async fn create(&self, email: EmailAddress, password: Password) -> Result<User, CreateAccountError> {
        let new = self.draft(email, password, false).await?;
        let (user, ()) = self.insert(new, |_, _| Ok(())).await?;
        Ok(user)
    }

    /// An account that may be made, since nobody has the address yet.
    pub(crate) async fn draft(
        &self,
        email: EmailAddress,
        password: Password,
        logs_in: bool,
    ) -> Result<NewUser, CreateAccountError> {
        let canonical = email.canonical().clone();
        // Spares the hash when the answer is known; the unique index decides in any case.
        let existing = self.store.read(move |r| r.users().find_by_email(&canonical)).await?;
        if existing.is_some() {
            return Err(CreateAccountError::UserAlreadyExists);
        }
        let password_hash = self.hasher.hash_new(password).await?;
        let created_at = self.clock.now();
        Ok(NewUser { email, password_hash, created_at, last_login_at: logs_in.then_some(created_at) })
    }

    /// Makes an account, with what else is to be stored then.
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

    /// Sets the password of a user, whose sessions end and whose failures are forgotten; `false` when there is no such user.
    ///
    /// # Errors
    /// As [`SetPasswordError`] says.
    pub async fn set_password(
        &self,
        user: impl Into<UserSelector>,
        password: Password,
    ) -> Result<bool, SetPasswordError> {
        let (user, now) = (user.into(), self.clock.now());
        let (hash, throttle) = (self.hasher.hash_new(password).await?, self.throttle.clone());
        let set = self.store.write(move |r| {
            let Some(id) = user.key(r.users())? else { return Ok::<_, StoreError>(false) };
            // The user first: a log-in that is under way holds the row, and its session is seen afterwards.
            let is_set = r.users().set_password_hash(id, &hash)?.invalidate(r);
            r.sessions().end_all(id, None, now)?.invalidate(r);
            reset_failures(r, throttle.as_ref(), id)?;
            Ok(is_set)
        });
        Ok(set.await?)
    }

    /// Forgets that log-ins of a user failed, so that nobody is delayed or locked out; `false` when there is no such user.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn unlock(&self, user: impl Into<UserSelector>) -> Result<bool, StoreError> {
        let (user, throttle) = (user.into(), self.throttle.clone());
        let unlocked = self.store.write(move |r| {
            let Some(id) = user.key(r.users())? else { return Ok(false) };
            reset_failures(r, throttle.as_ref(), id)
        });
        unlocked.await
    }

    /// Allows or refuses a user log-in; the sessions of one who is refused end. `false` when there is no such user.
    ///
    /// # Errors
    /// As [`LastAdmin`] says.
    pub async fn set_active(&self, user: impl Into<UserSelector>, is_active: bool) -> Result<bool, LastAdmin> {
        let (user, now) = (user.into(), self.clock.now());
        let set = self.store.write(move |r| {
            let Some(id) = user.key(r.users())? else { return Ok(false) };
            if !is_active && let Some(user) = or_nobody(r.users().find(id))? {
                require_another_admin(r, &user)?;
            }
            let is_set = r.users().set_active(id, is_active)?.invalidate(r);
            if !is_active {
                r.sessions().end_all(id, None, now)?.invalidate(r);
            }
            Ok::<_, LastAdmin>(is_set)
        });
        set.await
    }

    /// Gives a user a role, or takes it away; `false` when there is no such user.
    ///
    /// # Errors
    /// [`AdministrationError::UnknownRole`], [`AdministrationError::LastAdmin`], [`AdministrationError::Store`].
    pub async fn set_role(
        &self,
        user: impl Into<UserSelector>,
        role: RoleName,
        has_role: bool,
    ) -> Result<bool, AdministrationError> {
        let user = user.into();
        let set = self.store.write(move |r| {
            let Some(id) = user.key(r.users())? else { return Ok(false) };
            let Some(user) = or_nobody(r.users().find(id))? else { return Ok(false) };
            r.roles().find_role(&role)?.ok_or(AdministrationError::UnknownRole)?;
            let others = user.grants.roles().iter().filter(|other| **other != role);
            let roles: Vec<_> = others.chain(has_role.then_some(&role)).cloned().collect();
            if role.is_admin() && !has_role {
                require_another_admin(r, &user)?;
            }
            r.roles().set_roles_of(id, &roles)?.invalidate(r);
            Ok(true)
        });
        set.await
    }

    /// Changes what users say of themselves; `None` when there is no such user.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn edit_profile(&self, user: UserId, edit: ProfileEdit) -> Result<Option<User>, StoreError> {
        let now = self.clock.now();
        let edited = self.store.write(move |r| {
            let Some(user) = r.users().find(user)? else { return Ok(None) };
            let profile = edit.clone().apply(&user.profile);
            if profile == user.profile {
                return Ok(Some(user));
            }
            let profile = Profile { changed_at: Some(now), ..profile };
            r.users().set_profile(user.id, &profile)?.invalidate(r);
            Ok(Some(User { profile, ..user }))
        });
        edited.await
    }

    /// Deletes a user, whose sessions end; `false` when there is no such user. The key is given to nobody again.
    ///
    /// # Errors
    /// As [`LastAdmin`] says.
    pub async fn delete(&self, user: UserId) -> Result<bool, LastAdmin> {
        let deleted = self.store.write(move |r| {
            if let Some(user) = or_nobody(r.users().find(user))? {
                require_another_admin(r, &user)?;
            }
            Ok::<_, LastAdmin>(delete_user(r, user)?)
        });
        deleted.await
    }

    /// At most `limit` users in the order of their keys, those with keys above `after`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn list(&self, after: Option<UserId>, limit: u32) -> Result<Vec<ListedUser>, StoreError> {
        self.store.read(move |r| r.users().list(after, limit)).await
    }
}

/// Deletes a user and what is stored of the address; `false` when there is no such user.
pub(crate) fn delete_user(r: &mut dyn Repositories, id: UserId) -> Result<bool, StoreError> {
    // What cannot be read has no address that anything is stored of.
    if let Some(user) = or_nobody(r.users().find(id))? {
        r.outbox().forget(&user)?;
    }
    Ok(r.users().delete(id)?.invalidate(r))
}

/// Forgets the failures of a user; `false` when there is no such user, or one who cannot be read and so cannot log in.
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

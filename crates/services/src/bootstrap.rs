use std::sync::Arc;

use ore_domain::{
    AuditAction, AuditOrigin, Clock, Constraint, EmailAddress, MailPurpose, MailToken, NewUser, Password, PasswordHash,
    Repositories, RoleName, Store, StoreError, StoreExt, Timestamp, User, UserId,
};
use ore_security::opaque_token::OpaqueToken;
use ore_security::random::RandomnessError;

use crate::audit::Act;
use crate::mail_token_error::find;
use crate::mailer::new_token;
use crate::session_tokens::hash_of;
use crate::{Accounts, CreateAccountError, INVITATION_LIFETIME, MailTokenError};

/// Makes the account of the first admin, which has no password: a token lets whoever holds it set one.
pub struct Bootstrap {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// The token that sets the password of the first administrator, once.
#[derive(Debug, Clone)]
pub struct FirstToken {
    /// The token.
    pub token: OpaqueToken,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops to count.
    pub expires_at: Timestamp,
}

impl Bootstrap {
    /// Over the given ports.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// A token that is valid as long as an invitation, once [`Bootstrap::make_admin`] has stored it.
    ///
    /// # Errors
    /// [`RandomnessError`] when the operating system gives no random bytes.
    pub fn new_token(&self) -> Result<FirstToken, RandomnessError> {
        let created_at = self.clock.now();
        Ok(FirstToken { token: new_token()?, created_at, expires_at: created_at + INVITATION_LIFETIME })
    }

    /// Whether nobody has an account.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn is_wanted(&self) -> Result<bool, StoreError> {
        self.store.read(is_empty).await
    }

    /// Makes the account, whose password this token sets; `None` when somebody has one already. Of replicas that try at the
    /// same time one succeeds, since an address has one account.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn make_admin(&self, email: EmailAddress, first: &FirstToken) -> Result<Option<UserId>, StoreError> {
        let (hash, at, expires_at) = (hash_of(&first.token), first.created_at, first.expires_at);
        let act = Act::new(AuditAction::CreateUser, &AuditOrigin::operator());
        let created = self.store.write(move |r| {
            let password_hash = PasswordHash::new(String::new());
            let new = NewUser { email: email.clone(), password_hash, created_at: at, last_login_at: None };
            let Some(user) = insert_first(r, new)? else { return Ok(None) };
            r.outbox().insert_token(&MailToken {
                hash,
                user: Some(user.id),
                purpose: MailPurpose::ResetPassword,
                created_at: at,
                expires_at,
                credentials_changed_at: user.credentials_changed_at,
            })?;
            act.clone().about_user(user.id).succeed(r, at)?;
            Ok(Some(user.id))
        });
        match created.await {
            Err(StoreError::Conflict(Constraint::UserEmail)) => Ok(None),
            created => created,
        }
    }

    /// Makes the account of an admin who chooses the password, and whose address counts as verified; `None` when somebody has
    /// an account already. Of several who try at the same time one succeeds, on whatever replicas.
    ///
    /// # Errors
    /// As [`CreateAccountError`] says.
    pub async fn make_admin_with_password(
        &self,
        accounts: &Accounts,
        email: EmailAddress,
        password: Password,
        origin: &AuditOrigin,
    ) -> Result<Option<UserId>, CreateAccountError> {
        if !self.is_wanted().await? {
            return Ok(None);
        }
        let (new, act) = (accounts.draft(email, password, false).await?, Act::new(AuditAction::CreateUser, origin));
        let created = self.store.write(move |r| {
            let Some(user) = insert_first(r, new.clone())? else { return Ok(None) };
            r.users().set_verified_email(user.id, Some(user.email.canonical()))?.invalidate(r);
            act.clone().about_user(user.id).succeed(r, new.created_at)?;
            Ok::<_, StoreError>(Some(user.id))
        });
        Ok(created.await?)
    }

    /// Whether a token, as [`Bootstrap::new_token`] gave it, still sets a password.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn is_valid(&self, token: &OpaqueToken) -> Result<bool, StoreError> {
        let (hash, now) = (hash_of(token), self.clock.now());
        match self.store.read(move |r| find(r, hash, now)).await {
            Ok((purpose, _)) => Ok(purpose == MailPurpose::ResetPassword),
            Err(MailTokenError::Store(error)) => Err(error),
            Err(_) => Ok(false),
        }
    }
}

/// Stores the account of the first admin, unless somebody has an account. Who stores one waits for others who do: the row of
/// the role is locked.
fn insert_first(r: &mut dyn Repositories, new: NewUser) -> Result<Option<User>, StoreError> {
    r.roles().find_role(&RoleName::admin())?;
    if !is_empty(r)? {
        return Ok(None);
    }
    let user = r.users().insert(new)?;
    r.roles().set_roles_of(user.id, &[RoleName::admin()])?.invalidate(r);
    Ok(Some(user))
}

fn is_empty(r: &mut dyn Repositories) -> Result<bool, StoreError> {
    Ok(r.users().list(None, 1)?.is_empty())
}

use std::sync::Arc;

use ore_domain::{
    AuditAction, AuditOrigin, Clock, EmailAddress, ListedMail, Locale, MailKind, MailPurpose, Password, Profile, Store,
    StoreError, StoreExt, User, UserId,
};
use ore_security::keyed_hash::KeyedHash;

use crate::accounts::reset_failures;
use crate::audit::{Act, AuditWriter};
use crate::mail_token_error::{find, parse};
use crate::mailer::{Mail, new_token};
use crate::readable::or_nobody;
use crate::revocations::end_all_sessions;
use crate::second_factors::end_unproven_factors;
use crate::{MailTokenError, Mailer, PasswordHashing, RequestMailError, Throttle};

/// Gets users back in who have forgotten their password.
pub struct Recovery {
    store: Arc<dyn Store>,
    hasher: Arc<dyn PasswordHashing>,
    clock: Arc<dyn Clock>,
    mailer: Mailer,
    throttle: Option<Throttle>,
    audit: AuditWriter,
}

impl Recovery {
    /// Over the given ports.
    pub fn new(store: Arc<dyn Store>, hasher: Arc<dyn PasswordHashing>, clock: Arc<dyn Clock>, mailer: Mailer) -> Self {
        let audit = AuditWriter::new(Arc::clone(&store));
        Self { store, hasher, clock, mailer, throttle: None, audit }
    }

    /// The same, naming accounts of which nobody knows the user in the audit log.
    #[must_use]
    pub fn with_account_names(self, names: Option<KeyedHash>) -> Self {
        Self { audit: self.audit.with_accounts(names), ..self }
    }

    /// The same, forgetting failures at passwords that are replaced.
    #[must_use]
    pub fn with_throttle(self, throttle: Option<Throttle>) -> Self {
        Self { throttle, ..self }
    }

    /// The mails of a user, and the address that the user has asked for and not confirmed.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn mails_of(&self, user: UserId) -> Result<(Vec<ListedMail>, Option<String>), StoreError> {
        self.store.read(move |r| Ok((r.outbox().mails_of(user)?, r.outbox().requested_email_of(user)?))).await
    }

    /// Writes to this address how to set a new password, if it has an account. The same work for every address.
    ///
    /// # Errors
    /// As [`RequestMailError`] says.
    pub async fn forgot(
        &self,
        email: EmailAddress,
        locale: Locale,
        origin: &AuditOrigin,
    ) -> Result<(), RequestMailError> {
        let act = self.audit.act_at(AuditAction::ForgotPassword, origin, email.canonical());
        let (mailer, token, at) = (self.mailer.clone(), new_token()?, self.clock.now());
        let written = self.store.write(move |r| {
            let user = or_nobody(r.users().find_by_email(email.canonical()))?;
            r.audit_log().append(&act.success_at(user.as_ref(), at))?;
            let user = user.filter(|user| user.is_active);
            let to = user.as_ref().map_or(&email, |user| &user.email);
            let mail = Mail { kind: MailKind::ResetPassword, user: user.as_ref(), to, locale, at };
            mailer.send_token_in_time(r, &mail, MailPurpose::ResetPassword, &token)
        });
        Ok(written.await?)
    }

    /// Sets a new password for the user to whom the token was sent. Every session ends, and every API key that was made
    /// while nobody had proved the address; the address is the user's.
    ///
    /// # Errors
    /// As [`MailTokenError`] says.
    pub async fn reset(
        &self,
        token: &str,
        password: Password,
        locale: Locale,
        origin: &AuditOrigin,
    ) -> Result<UserId, MailTokenError> {
        let act = Act::new(AuditAction::ResetPassword, origin);
        let reset = self.reset_in(token, password, locale, act.clone()).await;
        self.audit.record(&act, reset, self.clock.now()).await
    }

    async fn reset_in(
        &self,
        token: &str,
        password: Password,
        locale: Locale,
        act: Act,
    ) -> Result<UserId, MailTokenError> {
        let (hash, now) = (parse(token)?, self.clock.now());
        let user = self.store.read(move |r| require_reset(find(r, hash, now)?)).await?;
        if password.is_address(&user.email) {
            return Err(MailTokenError::PasswordIsAddress);
        }
        let password_hash = self.hasher.hash_new(password).await?;
        let (mailer, throttle) = (self.mailer.clone(), self.throttle.clone());
        let reset = self.store.write(move |r| {
            let user = require_reset(find(r, hash, now)?)?;
            if !r.outbox().spend_token(hash)? {
                return Err(MailTokenError::Invalid(Some(user.id)));
            }
            r.users().set_password_hash(user.id, &password_hash)?.invalidate(r);
            if !user.email_verified {
                // Perhaps a stranger made the account.
                r.users().set_profile(user.id, &Profile { changed_at: Some(now), ..Profile::default() })?.invalidate(r);
            }
            // Who has proved the address does not answer for what was made without proof.
            r.api_keys().delete_keys_of_user(user.id, !user.email_verified)?.invalidate(r);
            end_unproven_factors(r, &user, now)?;
            r.users().set_verified_email(user.id, Some(user.email.canonical()))?.invalidate(r);
            end_all_sessions(r, user.id, now)?;
            reset_failures(r, throttle.as_ref(), user.id)?;
            let mail = Mail { kind: MailKind::PasswordChanged, user: Some(&user), to: &user.email, locale, at: now };
            mailer.notify(r, &mail, None)?;
            r.audit_log().append(&act.success_by(user.id, None, now))?;
            Ok(user.id)
        });
        reset.await
    }
}

fn require_reset((purpose, user): (MailPurpose, User)) -> Result<User, MailTokenError> {
    if purpose == MailPurpose::ResetPassword { Ok(user) } else { Err(MailTokenError::Invalid(Some(user.id))) }
}

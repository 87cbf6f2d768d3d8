use std::sync::Arc;
use std::time::Duration;

use ore_domain::{
    AuditAction, AuditOrigin, Clock, Factors, Locale, MailKind, Repositories, Session, SessionId, Store, StoreError,
    StoreExt, Timestamp, TotpFactor, User, UserId,
};

use super::{FactorError, RecoveryCodes, remove_factors};
use crate::audit::{Act, AuditWriter};
use crate::mailer::Mail;
use crate::readable::or_nobody;
use crate::{Mailer, SecondFactorPolicy, TotpKeys};

/// The use cases of users for their own second factors.
pub struct SecondFactors {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) mailer: Mailer,
    pub(super) audit: AuditWriter,
    pub(super) policy: SecondFactorPolicy,
    pub(super) keys: TotpKeys,
    /// A session that is idle for this time ends.
    pub(super) idle: Duration,
    /// The name of the service in authenticator apps.
    pub(super) issuer: String,
}

/// The second factors of a user, without secrets and passkeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorsOfUser {
    /// When the secret of codes was added.
    pub totp_since: Option<Timestamp>,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
}

/// The user of a call and the session that it is made in.
#[derive(Clone, Copy)]
pub struct OwnSession {
    /// The user.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// The language of the request.
    pub locale: Locale,
}

impl SecondFactors {
    /// Over the given ports. Sessions that are not used for `idle` end; authenticator apps show `issuer`.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        mailer: Mailer,
        keys: TotpKeys,
        idle: Duration,
        issuer: String,
    ) -> Self {
        let (audit, policy) = (AuditWriter::new(Arc::clone(&store)), SecondFactorPolicy::default());
        Self { store, clock, mailer, audit, policy, keys, idle, issuer }
    }

    /// The same, where some users must have a second factor.
    #[must_use]
    pub fn with_policy(self, policy: SecondFactorPolicy) -> Self {
        Self { policy, ..self }
    }

    /// Whether secrets of authenticator apps can be kept, which takes a key.
    pub fn keeps_secrets(&self) -> bool {
        self.keys.is_configured()
    }

    /// The second factors of a user.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn of_user(&self, user: UserId) -> Result<FactorsOfUser, StoreError> {
        let found = self.store.read(move |r| {
            let totp = r.second_factors().find_totp(user)?;
            let recovery_codes = r.second_factors().count_recovery_codes(user)?;
            Ok(FactorsOfUser { totp_since: totp.map(|TotpFactor { created_at, .. }| created_at), recovery_codes })
        });
        found.await
    }

    /// Takes the authenticator app from a user, and with the last factor the recovery codes.
    ///
    /// # Errors
    /// [`FactorError::NotFound`], [`FactorError::Required`], [`FactorError::EndedSession`], [`FactorError::Store`].
    pub async fn remove_totp(&self, own: OwnSession, origin: &AuditOrigin) -> Result<(), FactorError> {
        let act = Act::new(AuditAction::RemoveTotp, origin).about_user(own.user);
        let (now, idle_since, policy, mailer) = self.transaction_context();
        let done = act.clone();
        let removed = self.store.write(move |r| {
            let (user, _) = find(r, own, now, idle_since)?;
            let left = Factors { totp: false, ..user.factors };
            if !user.factors.totp {
                return Err(FactorError::NotFound);
            }
            if !left.has_second_factor() && policy.requires(&user) {
                return Err(FactorError::Required);
            }
            r.second_factors().delete_totp(user.id, true)?;
            remove_factors(r, &user, left, now)?;
            send_notice(r, &mailer, MailKind::SecondFactorRemoved, &user, own.locale, now)?;
            Ok(done.succeed(r, now)?)
        });
        self.audit.record(&act, removed.await, now).await
    }

    /// Creates recovery codes, which replace those of the user.
    ///
    /// # Errors
    /// [`FactorError::NotFound`] of who has no factor, [`FactorError::EndedSession`], [`FactorError::Store`].
    pub async fn make_recovery_codes(
        &self,
        own: OwnSession,
        origin: &AuditOrigin,
    ) -> Result<RecoveryCodes, FactorError> {
        let act = Act::new(AuditAction::MakeRecoveryCodes, origin).about_user(own.user);
        let (now, idle_since, ..) = self.transaction_context();
        let codes = RecoveryCodes::generate()?;
        let (stored, done) = (codes.hashes(), act.clone());
        let created = self.store.write(move |r| {
            let (user, _) = find(r, own, now, idle_since)?;
            if !user.factors.has_second_factor() {
                return Err(FactorError::NotFound);
            }
            r.second_factors().replace_recovery_codes(user.id, &stored, user.email_verified, now)?;
            Ok(done.succeed(r, now)?)
        });
        self.audit.record(&act, created.await, now).await.map(|()| codes)
    }

    pub(super) fn transaction_context(&self) -> (Timestamp, Timestamp, SecondFactorPolicy, Mailer) {
        let now = self.clock.now();
        (now, now - self.idle, self.policy.clone(), self.mailer.clone())
    }
}

/// The user of a call, who is locked, and the session, if that has not ended.
pub(super) fn find(
    r: &mut dyn Repositories,
    own: OwnSession,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<(User, Session), FactorError> {
    let user = or_nobody(r.users().find(own.user))?.ok_or(FactorError::EndedSession)?;
    let session = or_nobody(r.sessions().find_with_user(own.session))?.map(|(session, _)| session);
    let is_valid = |session: &Session| session.user_id == user.id && session.is_valid(&user, now, idle_since);
    let session = session.filter(is_valid).ok_or(FactorError::EndedSession)?;
    Ok((user, session))
}

/// Writes to a user that the second factors are others.
pub(crate) fn send_notice(
    r: &mut dyn Repositories,
    mailer: &Mailer,
    kind: MailKind,
    user: &User,
    locale: Locale,
    at: Timestamp,
) -> Result<(), StoreError> {
    mailer.notify(r, &Mail { kind, user: Some(user), to: &user.email, locale, at }, None)
}

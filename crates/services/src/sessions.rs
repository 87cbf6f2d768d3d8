use std::sync::Arc;

use ore_domain::{
    AuditAction, AuditOrigin, Clock, Locale, Password, Repositories, Session, SessionId, SessionOrigin, Store,
    StoreError, StoreExt, Timestamp, User, UserId, UserSources,
};
use ore_security::keyed_hash::KeyedHash;
use ore_security::password::Verification;
use ore_security::random::RandomnessError;

use crate::audit::{Act, AuditWriter, Refusal};
use crate::impersonation_grounds::impersonator_of;
use crate::readable::or_nobody;
use crate::refresh_error::{parse, record_reuse};
use crate::revocations::end_all_sessions;
use crate::session_tokens::{SessionDraft, hash_of};
use crate::throttle::{Attempt, AttemptError, Client};
use crate::{
    AuthenticateError, HashingError, Mailer, PasskeyCeremonies, PasswordHashing, RefreshError, RefreshRefusal,
    RegistrationPolicy, SessionPolicy, SessionTokens, Throttle, TotpKeys,
};

/// The sessions: a log-in opens them, refresh tokens renew them, and their users end them.
pub struct Sessions {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) hasher: Arc<dyn PasswordHashing>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tokens: SessionTokens,
    pub(crate) mailer: Mailer,
    pub(crate) registration: RegistrationPolicy,
    pub(crate) throttle: Option<Throttle>,
    pub(crate) audit: AuditWriter,
    pub(crate) totp_keys: TotpKeys,
    pub(crate) passkeys: Option<PasskeyCeremonies>,
}

impl Sessions {
    /// Over the given ports.
    pub fn new(
        store: Arc<dyn Store>,
        hasher: Arc<dyn PasswordHashing>,
        clock: Arc<dyn Clock>,
        tokens: SessionTokens,
    ) -> Self {
        let (mailer, registration) = (Mailer::none(), RegistrationPolicy::default());
        let audit = AuditWriter::new(Arc::clone(&store));
        let totp_keys = TotpKeys::default();
        let throttle = None;
        Self { store, hasher, clock, tokens, throttle, mailer, registration, audit, totp_keys, passkeys: None }
    }

    /// The same, with delays after repeated failures.
    #[must_use]
    pub fn with_throttle(self, throttle: Option<Throttle>) -> Self {
        Self { throttle, ..self }
    }

    /// The same, with mails.
    #[must_use]
    pub fn with_mailer(self, mailer: Mailer) -> Self {
        Self { mailer, ..self }
    }

    /// The same, with passkeys.
    #[must_use]
    pub fn with_passkeys(self, passkeys: Option<PasskeyCeremonies>) -> Self {
        Self { passkeys, ..self }
    }

    /// The same, with a rule of who may register.
    #[must_use]
    pub fn with_registration(self, registration: RegistrationPolicy) -> Self {
        Self { registration, ..self }
    }

    /// The same, with pseudonyms of unknown addresses in the audit log.
    #[must_use]
    pub fn with_account_names(self, names: Option<KeyedHash>) -> Self {
        Self { audit: self.audit.with_accounts(names), ..self }
    }

    /// The same, with keys that open the secrets of second factors.
    #[must_use]
    pub fn with_totp_keys(self, totp_keys: TotpKeys) -> Self {
        Self { totp_keys, ..self }
    }

    /// Whether registration is closed.
    pub fn registration_is_closed(&self) -> bool {
        self.registration.is_closed
    }

    /// The sessions of a user that have not ended, most recently used first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn of_user(&self, user: &User) -> Result<Vec<Session>, StoreError> {
        let now = self.clock.now();
        let idle_since = now - self.tokens.policy.idle;
        let (user, policy) = (user.clone(), self.tokens.second_factors.clone());
        let sessions = self.store.read(move |r| {
            let mut sessions = r.sessions().of_user(user.id, idle_since, now)?;
            sessions.retain(|session| session.is_live(&user, now, idle_since));
            let mut standing = Vec::with_capacity(sessions.len());
            for session in sessions {
                let stands = match session.impersonation {
                    Some(impersonation) => {
                        impersonator_of(r, impersonation, &user, now, idle_since, &policy)?.is_some()
                    }
                    None => true,
                };
                standing.extend(stands.then_some(session));
            }
            Ok(standing)
        });
        sessions.await
    }

    /// Every stored session of a user, including ended ones.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn all_of_user(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        self.store.read(move |r| r.sessions().all_of_user(user)).await
    }

    /// The known networks and devices of a user.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn known_sources_of(&self, user: UserId) -> Result<UserSources, StoreError> {
        self.store.read(move |r| r.known_sources().sources_of_user(user)).await
    }

    /// Refuses a session of this user that has ended, in the midst of a call that takes long.
    ///
    /// # Errors
    /// [`AuthenticateError::EndedSession`], [`AuthenticateError::Store`].
    pub async fn require_live(&self, user: UserId, session: SessionId) -> Result<(), AuthenticateError> {
        let now = self.clock.now();
        let owner = self.store.read(move |r| live_user(r, session, now)).await?;
        owner.filter(|owner| owner.id == user).map(drop).ok_or(AuthenticateError::EndedSession(user))
    }

    /// Ends a session of this user; `false` if the user has no such session.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn end(&self, user: UserId, session: SessionId, origin: &AuditOrigin) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let idle_since = now - self.tokens.policy.idle;
        let is_own = origin.session_id == Some(session);
        let action = if is_own { AuditAction::LogOut } else { AuditAction::EndSession };
        let details = (!is_own).then(|| serde_json::json!({ "session": session.to_string() }));
        let act = Act::new(action, origin).about_user(user).with_details(details);
        let recorded = act.clone();
        let ended = self.store.write(move |r| {
            let found = r.sessions().find_with_user(session)?;
            let found = found.filter(|(found, owner)| owner.id == user && found.is_live(owner, now, idle_since));
            if found.is_none() || !r.sessions().end(session, now)?.invalidate(r) {
                return Ok(false);
            }
            recorded.succeed(r, now)?;
            Ok::<_, StoreError>(true)
        });
        let has_ended = ended.await?;
        if !has_ended {
            self.audit.record_refusal(&act, Refusal::failure("not_found", None), now).await;
        }
        Ok(has_ended)
    }

    /// Ends the session to which this refresh token belongs or belonged. If the call `has_ended` a session already, it
    /// may be this one; then it is no failure that the session has ended.
    ///
    /// # Errors
    /// As [`RefreshError`] says; [`RefreshError::Invalid`] when there is no such session any more.
    pub async fn end_by_refresh_token(
        &self,
        refresh_token: &str,
        locale: Locale,
        origin: &AuditOrigin,
    ) -> Result<(), RefreshError> {
        let (recorded, now) = (Act::new(AuditAction::LogOut, origin), self.clock.now());
        let (mailer, token) = (self.mailer.clone(), hash_of(&parse(refresh_token)?));
        let idle_since = now - self.tokens.policy.idle;
        let refused = self.store.write(move |r| {
            let Some((session, user, generation)) = r.sessions().find_by_token(token)? else {
                return Ok(Some(RefreshRefusal::Unknown));
            };
            if !session.is_valid(&user, now, idle_since) {
                return Ok(Some(RefreshRefusal::Ended(user.id)));
            }
            r.sessions().end(session.id, now)?.invalidate(r);
            let is_reused = generation != session.rotation.generation && generation != session.rotation.predecessor;
            if is_reused {
                mailer.send_reuse_notice(r, &user, locale, now)?;
                return record_reuse(r, &recorded, user.id, session.id, now).map(Some);
            }
            r.audit_log().append(&recorded.success_by(user.id, Some(session.id), now))?;
            Ok::<_, StoreError>(None)
        });
        refused.await?.map_or(Ok(()), |refusal| Err(RefreshError::Invalid(refusal)))
    }

    /// Ends every session of a user except the one to keep, and returns their number.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn end_all(
        &self,
        user: UserId,
        keep: Option<SessionId>,
        origin: &AuditOrigin,
    ) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let act = Act::new(AuditAction::LogOutAll, origin).about_user(user);
        let ended = self.store.write(move |r| {
            let ended = match keep {
                Some(_) => r.sessions().end_all(user, keep, now)?.invalidate(r),
                None => end_all_sessions(r, user, now)?,
            };
            act.clone().with_details(serde_json::json!({ "ended": ended })).succeed(r, now)?;
            Ok(ended)
        });
        ended.await
    }

    /// Records the outcome of an attempt if attempts are counted, and writes an audit entry if it failed.
    pub(crate) async fn settle<T, E: AttemptError>(
        &self,
        attempt: Option<Attempt>,
        result: Result<T, E>,
        act: &Act,
    ) -> Result<T, E> {
        let now = self.clock.now();
        match (&self.throttle, attempt) {
            (Some(throttle), Some(attempt)) => throttle.settle(&*self.store, attempt, result, act, now).await,
            _ => self.audit.record(act, result, now).await,
        }
    }

    /// The client, if attempts are counted.
    pub(crate) fn client(
        &self,
        origin: &SessionOrigin,
        device_token: Option<&str>,
    ) -> Result<Option<Client>, RandomnessError> {
        self.throttle.as_ref().map(|throttle| throttle.client(origin, device_token)).transpose()
    }

    /// Makes one comparison for every user and for unknown addresses. An account without a password is treated like an
    /// unknown address.
    pub(crate) async fn verify(&self, password: Password, user: Option<&User>) -> Result<Verification, HashingError> {
        let stored = user.map(|user| user.password_hash.clone()).filter(|hash| !hash.expose().is_empty());
        let verification = self.hasher.verify(password, stored).await?;
        if let Verification::UnusableHash(error) = verification {
            let user_id = user.map(|user| user.id.get());
            tracing::error!(user_id, %error, "A stored password hash cannot be verified");
        }
        Ok(verification)
    }
}

/// The user of a session in which a call goes on, unless it has ended meanwhile. What an impersonation rests on is not
/// looked at: it lasts for minutes.
pub(crate) fn live_user(
    repositories: &mut dyn Repositories,
    session: SessionId,
    now: Timestamp,
) -> Result<Option<User>, StoreError> {
    let found = or_nobody(repositories.sessions().find_with_user(session))?;
    let found = found.filter(|(session, user)| session.is_live(user, now, session.last_used_at));
    Ok(found.map(|(_, user)| user))
}

/// Stores the session of a user, and ends the least recently used ones beyond the limit of the policy.
pub(crate) fn open(
    repositories: &mut dyn Repositories,
    user: &User,
    draft: &SessionDraft,
    policy: &SessionPolicy,
) -> Result<Session, StoreError> {
    let new = draft.of(user, policy);
    repositories.sessions().open(&new)?;
    let used_since = new.session.created_at - policy.idle;
    repositories.sessions().end_least_used(&new.session, policy.limit, used_since)?.invalidate(repositories);
    Ok(new.session)
}

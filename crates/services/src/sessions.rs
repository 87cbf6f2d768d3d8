use std::sync::Arc;
use std::time::Duration;

use ore_domain::{
    Clock, EmailAddress, Locale, Password, PasswordHash, Repositories, Session, SessionId, SessionOrigin, Store,
    StoreError, StoreExt, Timestamp, User, UserId, UserSources,
};
use ore_security::password::Verification;
use ore_security::random::RandomnessError;

use crate::readable::or_nobody;
use crate::refresh_error::parse;
use crate::session_tokens::{SessionDraft, hash_of};
use crate::throttle::{Attempt, AttemptError, Client};
use crate::{
    HashingError, Mailing, OpenSessionError, OpenedSession, PasswordHashing, RefreshError, RefreshRefusal,
    RegistrationPolicy, SessionPolicy, SessionTokens, Throttle,
};

/// How a password is named in `amr` (RFC 8176).
pub(crate) const PASSWORD: &str = "pwd";

/// The sessions: opened by a log-in, kept by refresh tokens, ended by their users.
pub struct Sessions {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) hasher: Arc<dyn PasswordHashing>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tokens: SessionTokens,
    pub(crate) mailing: Mailing,
    pub(crate) registration: RegistrationPolicy,
    pub(crate) throttle: Option<Throttle>,
}

/// Why someone could not log in.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// Unknown address, wrong password or disabled account: the answer does not tell which (ASVS 5.0, 6.3.8).
    #[error("the credentials are not valid")]
    InvalidCredentials(LogInRefusal),
    /// The credentials are right, and the address was never shown to be the user's.
    #[error("the address of user {0} is not verified")]
    EmailNotVerified(UserId),
    /// Too many failed in a row, whether or not there is such an account.
    #[error("too many log-ins of the account failed in a row")]
    Throttled {
        /// When to try again.
        retry_after: Duration,
    },
    /// The password could not be compared.
    #[error(transparent)]
    Hashing(HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token could not be made.
    #[error(transparent)]
    Session(#[from] OpenSessionError),
}

/// Why credentials were not valid, for the log alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogInRefusal {
    /// Nobody has the address.
    UnknownAddress,
    /// The password is another.
    WrongPassword(UserId),
    /// No password matches what is stored.
    UnusableHash(UserId),
    /// The password is right, and the user may not log in.
    Disabled(UserId),
    /// The password is right, and nobody has shown that the address is theirs.
    Unverified(UserId),
    /// The password was right, and is another by now, or the user is disabled or gone.
    ChangedMeanwhile(UserId),
}

impl AttemptError for LogInError {
    fn throttled(retry_after: Duration) -> Self {
        Self::Throttled { retry_after }
    }

    fn is_failure(&self) -> bool {
        matches!(self, Self::InvalidCredentials(_))
    }
}

impl From<LogInRefusal> for LogInError {
    fn from(refusal: LogInRefusal) -> Self {
        Self::InvalidCredentials(refusal)
    }
}

impl Sessions {
    /// Over the given ports.
    pub fn new(
        store: Arc<dyn Store>,
        hasher: Arc<dyn PasswordHashing>,
        clock: Arc<dyn Clock>,
        tokens: SessionTokens,
    ) -> Self {
        let (mailing, registration) = (Mailing::none(), RegistrationPolicy::default());
        Self { store, hasher, clock, tokens, throttle: None, mailing, registration }
    }

    /// The same, delaying those who fail again and again.
    #[must_use]
    pub fn with_throttle(self, throttle: Option<Throttle>) -> Self {
        Self { throttle, ..self }
    }

    /// The same, writing mails.
    #[must_use]
    pub fn with_mailing(self, mailing: Mailing) -> Self {
        Self { mailing, ..self }
    }

    /// The same, for those alone who may register.
    #[must_use]
    pub fn with_registration(self, registration: RegistrationPolicy) -> Self {
        Self { registration, ..self }
    }

    /// Whether nobody registers by themselves.
    pub fn registration_is_closed(&self) -> bool {
        self.registration.is_closed
    }

    /// Opens a session of the user with this address and password, who may show a device token.
    ///
    /// The same queries and one comparison, for everybody alike.
    ///
    /// # Errors
    /// As [`LogInError`] says.
    pub async fn log_in(
        &self,
        email: &EmailAddress,
        password: Password,
        origin: SessionOrigin,
        device_token: Option<&str>,
    ) -> Result<OpenedSession, LogInError> {
        let (user, attempt) = self.start_log_in(email, &origin, device_token).await?;
        let result = self.compare_and_open(user, password, origin, attempt.clone()).await;
        self.settle(attempt, result).await
    }

    /// The user, if there is one, and the attempt, where they are counted.
    async fn start_log_in(
        &self,
        email: &EmailAddress,
        origin: &SessionOrigin,
        device_token: Option<&str>,
    ) -> Result<(Option<User>, Option<Attempt>), LogInError> {
        let canonical = email.canonical().clone();
        let client = self.client(origin, device_token).map_err(OpenSessionError::from)?;
        let (Some(throttle), Some(client)) = (self.throttle.clone(), client) else {
            let found = self.store.read(move |r| r.users().find_by_email(&canonical)).await;
            return Ok((or_nobody(found)?, None));
        };
        let now = self.clock.now();
        let started = self.store.write_once(move |r| {
            let user = or_nobody(r.users().find_by_email(&canonical))?;
            let attempt = throttle.start::<LogInError>(r, (&canonical, user.as_ref()), &client, now)?;
            Ok((user, Some(attempt)))
        });
        started.await
    }

    async fn compare_and_open(
        &self,
        user: Option<User>,
        password: Password,
        origin: SessionOrigin,
        attempt: Option<Attempt>,
    ) -> Result<OpenedSession, LogInError> {
        let verification = self.verify(password.clone(), user.as_ref()).await.map_err(LogInError::Hashing)?;
        let Some(user) = user else { return Err(LogInRefusal::UnknownAddress.into()) };
        let needs_renewal = match verification {
            Verification::Match { needs_renewal } => needs_renewal,
            Verification::Mismatch => return Err(LogInRefusal::WrongPassword(user.id).into()),
            Verification::UnusableHash(_) => return Err(LogInRefusal::UnusableHash(user.id).into()),
        };
        if !user.is_active {
            return Err(LogInRefusal::Disabled(user.id).into());
        }
        if self.registration.hides_accounts && !user.email_verified {
            // Another answer would tell who registered that the address had no account.
            return Err(LogInRefusal::Unverified(user.id).into());
        }
        if self.registration.requires_verified_email && !user.email_verified {
            return Err(LogInError::EmailNotVerified(user.id));
        }
        if needs_renewal && let Err(error) = self.renew_hash(&user, password).await {
            tracing::warn!(user_id = user.id.get(), %error, "The password hash could not be renewed");
        }
        self.open_for(user, origin, attempt).await
    }

    /// Opens a session of a user who has shown who they are, if nothing has changed meanwhile.
    async fn open_for(
        &self,
        user: User,
        origin: SessionOrigin,
        attempt: Option<Attempt>,
    ) -> Result<OpenedSession, LogInError> {
        let now = self.clock.now();
        let draft = SessionDraft::new(origin, PASSWORD, now).map_err(OpenSessionError::from)?;
        let (opening, policy, id) = (draft.clone(), self.tokens.policy, user.id);
        let (changed_at, succeeding) = (user.credentials_changed_at, attempt.clone());
        let session = self.store.write(move |r| {
            let noted = r.users().note_log_in(id, changed_at, now)?.invalidate(r);
            let user = noted.ok_or(LogInError::from(LogInRefusal::ChangedMeanwhile(id)))?;
            succeeding.as_ref().map_or(Ok(()), |attempt| attempt.succeed(r, &user, now))?;
            Ok::<_, LogInError>(open(r, &user, &opening, &policy)?)
        });
        let opened = self.tokens.make(&session.await?, user.email.as_str(), draft.into_refresh_token(), now)?;
        Ok(OpenedSession { device_token: attempt.map(Attempt::into_device_token), ..opened })
    }

    /// The sessions of a user that have not ended, the last used first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn of_user(&self, user: &User) -> Result<Vec<Session>, StoreError> {
        let (id, now) = (user.id, self.clock.now());
        let idle_since = now - self.tokens.policy.idle;
        let mut sessions = self.store.read(move |r| r.sessions().of_user(id, idle_since, now)).await?;
        sessions.retain(|session| session.is_valid(user, now, idle_since));
        Ok(sessions)
    }

    /// Every session of a user that is stored, ended ones too.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn all_of_user(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        self.store.read(move |r| r.sessions().all_of_user(user)).await
    }

    /// From where a user logged in, as far as that is known.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn known_sources_of(&self, user: UserId) -> Result<UserSources, StoreError> {
        self.store.read(move |r| r.known_sources().sources_of_user(user)).await
    }

    /// Ends a session of this user; `false` when the user has no such session.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn end(&self, user: UserId, session: SessionId) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let idle_since = now - self.tokens.policy.idle;
        let ended = self.store.write(move |r| match r.sessions().find_with_user(session)? {
            Some((found, owner)) if owner.id == user && found.is_valid(&owner, now, idle_since) => {
                Ok(r.sessions().end(session, now)?.invalidate(r))
            }
            _ => Ok(false),
        });
        ended.await
    }

    /// Ends the session whose refresh token this is or was.
    ///
    /// # Errors
    /// As [`RefreshError`] says; [`RefreshError::Invalid`] when there is no such session any more.
    pub async fn end_by_refresh_token(&self, refresh_token: &str, locale: Locale) -> Result<(), RefreshError> {
        let (token, mailing) = (parse(refresh_token)?, self.mailing.clone());
        let (now, token) = (self.clock.now(), hash_of(&token));
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
                mailing.tell_of_reuse(r, &user, locale, now)?;
            }
            Ok::<_, StoreError>(is_reused.then_some(RefreshRefusal::Reused(user.id, session.id)))
        });
        refused.await?.map_or(Ok(()), |refusal| Err(RefreshError::Invalid(refusal)))
    }

    /// Ends every session of a user but the one to keep, and tells how many.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn end_all(&self, user: UserId, keep: Option<SessionId>) -> Result<usize, StoreError> {
        let now = self.clock.now();
        self.store.write(move |r| Ok(r.sessions().end_all(user, keep, now)?.invalidate(r))).await
    }

    /// The client, where attempts are counted.
    /// Notes how an attempt ended, where they are counted.
    pub(crate) async fn settle<T, E: AttemptError>(
        &self,
        attempt: Option<Attempt>,
        result: Result<T, E>,
    ) -> Result<T, E> {
        match (&self.throttle, attempt) {
            (Some(throttle), Some(attempt)) => throttle.settle(&*self.store, attempt, result, self.clock.now()).await,
            _ => result,
        }
    }

    pub(crate) fn client(
        &self,
        origin: &SessionOrigin,
        device_token: Option<&str>,
    ) -> Result<Option<Client>, RandomnessError> {
        self.throttle.as_ref().map(|throttle| throttle.client(origin, device_token)).transpose()
    }

    /// One comparison for every user and for nobody. An account without a password is compared as nobody is.
    pub(crate) async fn verify(&self, password: Password, user: Option<&User>) -> Result<Verification, HashingError> {
        let stored = user.map(|user| user.password_hash.clone()).filter(|hash| !hash.expose().is_empty());
        let verification = self.hasher.verify(password, stored).await?;
        if let Verification::UnusableHash(error) = verification {
            let user_id = user.map(|user| user.id.get());
            tracing::error!(user_id, %error, "A stored password hash cannot be verified");
        }
        Ok(verification)
    }

    async fn renew_hash(&self, user: &User, password: Password) -> Result<(), LogInError> {
        let renewed = self.hasher.hash(password).await.map_err(LogInError::Hashing)?;
        let (id, current): (_, PasswordHash) = (user.id, user.password_hash.clone());
        self.store
            .write(move |r| Ok::<_, StoreError>(r.users().replace_password_hash(id, &current, &renewed)?.invalidate(r)))
            .await?;
        Ok(())
    }
}

/// Stores the session of a user, who has no more of them than the policy allows.
pub(crate) fn open(
    repositories: &mut dyn Repositories,
    user: &User,
    draft: &SessionDraft,
    policy: &SessionPolicy,
) -> Result<Session, StoreError> {
    let new = draft.of(user, policy);
    let at: Timestamp = new.session.created_at;
    repositories.sessions().open(&new)?;
    repositories.sessions().end_least_used(user.id, policy.limit, at - policy.idle, at)?.invalidate(repositories);
    Ok(new.session)
}

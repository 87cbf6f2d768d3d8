use std::time::Duration;

use ore_domain::{
    Amr, AuditAction, AuditOrigin, EmailAddress, Password, PasswordHash, Session, SessionOrigin, StoreError, StoreExt,
    TokenHash, User, UserId,
};
use ore_security::opaque_token::{OpaqueToken, TokenKind};
use ore_security::password::Verification;

use crate::audit::{Act, AuditedError, Refusal};
use crate::readable::or_nobody;
use crate::second_factors::{CheckedUser, start_pending_log_in};
use crate::session_tokens::{SessionDraft, UserClaims, hash_of};
use crate::sessions::open;
use crate::throttle::{Attempt, AttemptError};
use crate::{HashingError, OpenSessionError, OpenedSession, SecondFactorMethod, SecondFactorRequired, Sessions};

/// The reason why a log-in failed.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// Unknown address, wrong password or disabled account: the answer does not tell which (ASVS 5.0, 6.3.8).
    #[error("the credentials are not valid")]
    InvalidCredentials(LogInRefusal),
    /// The credentials are right, but the address is not verified.
    #[error("the address of user {0} is not verified")]
    EmailNotVerified(UserId),
    /// The password is right, and the second factor is needed.
    #[error("user {} has a second factor to show", .0.user)]
    SecondFactorRequired(Box<SecondFactorRequired>),
    /// Too many failures in a row, whether or not the account exists.
    #[error("too many log-ins of the account failed in a row")]
    Throttled {
        /// The time until the next attempt is admitted.
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

/// The reason why credentials were not valid, for the log alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogInRefusal {
    /// No account has the address.
    UnknownAddress,
    /// The password is wrong.
    WrongPassword(UserId),
    /// The stored hash matches no password.
    UnusableHash(UserId),
    /// The password is right, and the user is disabled.
    Disabled(UserId),
    /// The password is right, and the address is not verified.
    Unverified(UserId),
    /// The password was right, but it has changed meanwhile, or the user was disabled or deleted.
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

impl AuditedError for LogInError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::InvalidCredentials(refusal) => refusal.refusal(),
            Self::EmailNotVerified(id) => Refusal::denied("email_not_verified", Some(*id)),
            Self::SecondFactorRequired(it) => Refusal::denied("second_factor_required", Some(it.user)),
            Self::Throttled { .. } => Refusal::throttled(),
            Self::Hashing(error) => error.refusal(),
            Self::Store(error) => error.refusal(),
            Self::Session(_) => Refusal::broken(),
        }
    }
}

impl AuditedError for LogInRefusal {
    fn refusal(&self) -> Refusal {
        match *self {
            Self::UnknownAddress => Refusal::failure("unknown_address", None),
            Self::WrongPassword(id) => Refusal::failure("wrong_password", Some(id)),
            Self::UnusableHash(id) => Refusal::failure("unusable_hash", Some(id)),
            Self::Disabled(id) => Refusal::denied("disabled", Some(id)),
            Self::Unverified(id) => Refusal::denied("email_not_verified", Some(id)),
            Self::ChangedMeanwhile(id) => Refusal::failure("changed_meanwhile", Some(id)),
        }
    }
}

/// What a log-in with the right password leads to.
enum PasswordLogIn {
    Session(Box<Session>, UserClaims),
    Pending(Vec<SecondFactorMethod>),
}

impl Sessions {
    /// Opens a session of the user with this address and password. The client may send a device token.
    ///
    /// It makes the same queries and one comparison for every address.
    ///
    /// # Errors
    /// As [`LogInError`] says.
    pub async fn log_in(
        &self,
        email: &EmailAddress,
        password: Password,
        origin: &AuditOrigin,
        device_token: Option<&str>,
    ) -> Result<OpenedSession, LogInError> {
        let act = self.audit.act_at(AuditAction::LogIn, origin, email.canonical());
        let started = self.start_log_in(email, &origin.client, device_token).await;
        let (user, attempt) = self.audit.record(&act, started, self.clock.now()).await?;
        let device = device_token.and_then(|text| OpaqueToken::parse(TokenKind::Device, text).ok());
        let device = device.as_ref().map(hash_of);
        let result = self.compare_and_open(user, password, &act, attempt.clone(), device).await;
        self.settle(attempt, result, &act).await
    }

    /// The user, if there is one, and the attempt, if attempts are counted.
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
        act: &Act,
        attempt: Option<Attempt>,
        device: Option<TokenHash>,
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
            // Another answer would reveal to the person who registered that the address had no account.
            return Err(LogInRefusal::Unverified(user.id).into());
        }
        if self.registration.requires_verified_email && !user.email_verified {
            return Err(LogInError::EmailNotVerified(user.id));
        }
        if needs_renewal && let Err(error) = self.renew_hash(&user, password).await {
            tracing::warn!(user_id = user.id.get(), %error, "The password hash could not be renewed");
        }
        self.open_for(user, act, attempt, device).await
    }

    /// Opens a session of an authenticated user, if nothing has changed meanwhile.
    async fn open_for(
        &self,
        user: User,
        act: &Act,
        attempt: Option<Attempt>,
        device: Option<TokenHash>,
    ) -> Result<OpenedSession, LogInError> {
        let (now, act) = (self.clock.now(), act.clone());
        let draft = SessionDraft::new(&act, Amr::PASSWORD, now).map_err(OpenSessionError::from)?;
        let (opening, policy, id) = (draft.clone(), self.tokens.policy, user.id);
        let (changed_at, succeeding) = (user.credentials_changed_at, attempt.clone());
        let expected = CheckedUser { user: id, credentials_changed_at: changed_at, device };
        // If the factor was added meanwhile, the log-in has to be repeated.
        let knows_factor = user.factors.has_second_factor();
        let token = OpaqueToken::generate(TokenKind::SecondFactor).map_err(OpenSessionError::from)?;
        let pending = token.clone();
        let opened = self.store.write(move |r| {
            if knows_factor && let Some(methods) = start_pending_log_in(r, &expected, &pending, now)? {
                return Ok(PasswordLogIn::Pending(methods));
            }
            let recorded = r.users().record_log_in(id, changed_at, now)?.invalidate(r);
            let user = recorded.ok_or(LogInError::from(LogInRefusal::ChangedMeanwhile(id)))?;
            if !knows_factor && user.factors.has_second_factor() {
                return Err(LogInRefusal::ChangedMeanwhile(id).into());
            }
            succeeding.as_ref().map_or(Ok(()), |attempt| attempt.succeed(r, &user, now))?;
            let session = open(r, &user, &opening, &policy)?;
            r.audit_log().append(&act.success_by(id, Some(session.id), now))?;
            // The permissions of the user may have changed while the password was compared.
            Ok::<_, LogInError>(PasswordLogIn::Session(Box::new(session), UserClaims::from(&user)))
        });
        let (session, user_claims) = match opened.await? {
            PasswordLogIn::Session(session, user_claims) => (session, user_claims),
            PasswordLogIn::Pending(methods) => {
                let required = SecondFactorRequired { user: id, token, methods };
                return Err(LogInError::SecondFactorRequired(Box::new(required)));
            }
        };
        let opened = self.tokens.make(&session, user_claims, draft.into_refresh_token(), now)?;
        Ok(OpenedSession { device_token: attempt.and_then(Attempt::into_device_token), ..opened })
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

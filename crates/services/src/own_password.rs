use std::time::Duration;

use ore_domain::{
    Amr, AuditAction, AuditOrigin, Locale, MailKind, Password, Repositories, Session, SessionId, StoreError, StoreExt,
    Timestamp, TotpCode, User, UserId,
};
use ore_security::opaque_token::OpaqueToken;
use ore_security::password::Verification;
use ore_security::sealing::SealingError;

use crate::audit::{Act, AuditedError, Refusal};
use crate::mailer::Mail;
use crate::readable::or_nobody;
use crate::refresh_error::parse;
use crate::second_factors::{ProofError, accept_code};
use crate::session_tokens::{SuccessorToken, UserClaims, hash_of};
use crate::throttle::{Attempt, AttemptError};
use crate::{
    HashingError, OpenSessionError, OpenedSession, PasskeyProof, PasskeyRefusal, RegistrationClosed, Sessions,
};

/// Why a user of a session could not do what needs the password.
#[derive(Debug, thiserror::Error)]
pub enum OwnPasswordError {
    /// The password is another.
    #[error("the password is wrong")]
    WrongPassword,
    /// The code is wrong, or was used before.
    #[error("the second factor was not shown")]
    InvalidCode,
    /// A password is needed, and with it a code, or a session with a second factor, where the user has one.
    #[error("what was shown is not enough")]
    ProofIncomplete,
    /// No account may have the address that was asked for.
    #[error(transparent)]
    AddressNotAdmitted(#[from] RegistrationClosed),
    /// The passkey does not count.
    #[error("the passkey does not count")]
    InvalidPasskey(PasskeyRefusal),
    /// Nobody knows which site passkeys would be for.
    #[error("passkeys need BACKEND_PUBLIC_URL")]
    NotConfigured,
    /// Too many failed in a row.
    #[error("too many attempts at the account failed in a row")]
    Throttled {
        /// When to try again.
        retry_after: Duration,
    },
    /// The session of the call has ended meanwhile.
    #[error("the session has ended")]
    EndedSession,
    /// A password could not be compared or hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The tokens could not be made.
    #[error(transparent)]
    Session(#[from] OpenSessionError),
    /// The secret of the user cannot be opened.
    #[error(transparent)]
    Sealing(#[from] SealingError),
}

/// The proof with which a user authenticates again.
pub enum ReauthenticationProof {
    /// The password, and a code where the user has a second factor.
    Password {
        /// The password.
        password: Option<Password>,
        /// The code.
        code: Option<TotpCode>,
    },
    /// A passkey, which is enough.
    Passkey(Box<PasskeyProof>),
}

impl From<ProofError> for OwnPasswordError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Sealing(error) => error.into(),
            ProofError::Store(error) => error.into(),
        }
    }
}

impl AttemptError for OwnPasswordError {
    fn throttled(retry_after: Duration) -> Self {
        Self::Throttled { retry_after }
    }

    fn is_failure(&self) -> bool {
        matches!(self, Self::WrongPassword | Self::InvalidCode)
    }
}

impl AuditedError for OwnPasswordError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::WrongPassword => Refusal::failure("wrong_password", None),
            Self::InvalidCode => Refusal::failure("invalid_code", None),
            Self::InvalidPasskey(refusal) => Refusal { user: None, ..refusal.refusal() },
            Self::NotConfigured => Refusal::denied("not_configured", None),
            Self::ProofIncomplete => Refusal::failure("proof_incomplete", None),
            Self::Throttled { .. } => Refusal::throttled(),
            Self::EndedSession => Refusal::failure("ended", None),
            Self::AddressNotAdmitted(error) => error.refusal(),
            Self::Hashing(error) => error.refusal(),
            Self::Store(error) => error.refusal(),
            Self::Session(_) | Self::Sealing(_) => Refusal::broken(),
        }
    }
}

impl Sessions {
    /// Changes the password of a user who knows the present one (ASVS 5.0, 6.2.3). All of it lasts or nothing. The session of
    /// the call goes on, the others if they are not to end.
    ///
    /// # Errors
    /// As [`OwnPasswordError`] says.
    pub async fn change_password(
        &self,
        user: UserId,
        session: SessionId,
        [current, new]: [Password; 2],
        end_other_sessions: bool,
        locale: Locale,
        origin: &AuditOrigin,
    ) -> Result<(), OwnPasswordError> {
        let act = Act::new(AuditAction::ChangePassword, origin).about_user(user);
        let call = self.start_call(user, session, &act).await?;
        let attempt = call.attempt.clone();
        let changed = self.change_password_in(call, [current, new], end_other_sessions, locale, act.clone()).await;
        self.settle(attempt, changed, &act).await
    }

    async fn change_password_in(
        &self,
        call: Call,
        [current, new]: [Password; 2],
        end_other_sessions: bool,
        locale: Locale,
        act: Act,
    ) -> Result<(), OwnPasswordError> {
        self.require_password(&call, current).await?;
        let hash = self.hasher.hash_new(new).await?;
        let mailer = self.mailer.clone();
        let changed = self.store.write(move |r| {
            let (user, session) = (call.user.id, call.session);
            call.find_session(r)?;
            r.users().set_password_hash(user, &hash)?.invalidate(r);
            if end_other_sessions {
                r.sessions().end_all(user, Some(session), call.now)?.invalidate(r);
            }
            r.sessions().keep_after_credential_change(user, call.user.credentials_changed_at)?.invalidate(r);
            act.succeed(r, call.now)?;
            let (user, at) = (&call.user, call.now);
            let mail = Mail { kind: MailKind::PasswordChanged, user: Some(user), to: &user.email, locale, at };
            Ok(mailer.notify(r, &mail, None)?)
        });
        changed.await
    }

    /// Authenticates the user of a session again, and returns the next tokens of the session. A client that has sent
    /// its refresh token may still refresh with it for a while, and gets the same successor.
    ///
    /// # Errors
    /// As [`OwnPasswordError`] says.
    pub async fn reauthenticate(
        &self,
        user: UserId,
        (session, held): (SessionId, Option<&str>),
        proof: ReauthenticationProof,
        origin: &AuditOrigin,
        locale: Locale,
    ) -> Result<OpenedSession, OwnPasswordError> {
        let act = Act::new(AuditAction::Reauthenticate, origin).about_user(user);
        let started = self.start_call(user, session, &act).await?;
        let call = Call { held: held.and_then(|token| parse(token).ok()), ..started };
        let attempt = call.attempt.clone();
        let result = match proof {
            ReauthenticationProof::Password { password, code } => {
                self.reauthenticate_in(call, password, code, act.clone()).await
            }
            ReauthenticationProof::Passkey(proof) => {
                self.reauthenticate_with_passkey(call, &proof, act.clone(), locale).await
            }
        };
        self.settle(attempt, result, &act).await
    }

    async fn reauthenticate_in(
        &self,
        call: Call,
        password: Option<Password>,
        code: Option<TotpCode>,
        act: Act,
    ) -> Result<OpenedSession, OwnPasswordError> {
        let password = password.ok_or(OwnPasswordError::ProofIncomplete)?;
        // Without an app there is no code that could be right.
        if call.user.factors.has_second_factor() && (code.is_none() || !call.user.factors.totp) {
            return Err(OwnPasswordError::ProofIncomplete);
        }
        self.require_password(&call, password).await?;
        let (now, keys) = (call.now, self.totp_keys.clone());
        let accept = move |r: &mut dyn Repositories, user: &User| match &code {
            _ if !user.factors.has_second_factor() => Ok(Amr::PASSWORD),
            Some(code) if accept_code(r, user, code, &keys, now)? => Ok(Amr::PASSWORD_AND_CODE),
            Some(_) => Err(OwnPasswordError::InvalidCode),
            None => Err(OwnPasswordError::ProofIncomplete),
        };
        self.renew(call, act, accept).await
    }

    /// Gives the next tokens of a session to its user, if `accept` takes what they show.
    pub(crate) async fn renew(
        &self,
        call: Call,
        act: Act,
        accept: impl Fn(&mut dyn Repositories, &User) -> Result<Amr, OwnPasswordError> + Send + 'static,
    ) -> Result<OpenedSession, OwnPasswordError> {
        let (holder, now) = (UserClaims::from(&call.user), call.now);
        let successor = call.held.as_ref().map(SuccessorToken::of).transpose()?;
        let (token, sealed) = match successor {
            Some(SuccessorToken { token, sealed }) => (token, Some(sealed)),
            None => (OpaqueToken::generate(act.token_kind()).map_err(OpenSessionError::from)?, None),
        };
        let token_hash = hash_of(&token);
        let renewed = self.store.write(move |r| {
            let ((user, found), session) = (call.find_valid(r)?, call.session);
            let amr = accept(r, &user)?;
            if let Some(attempt) = &call.attempt {
                r.login_failures().reset_failures(&attempt.started)?;
            }
            let is_held = call.has_current_token_of(&found, r)?;
            let rotation = found.rotation.next(now, sealed.clone().filter(|_| is_held));
            r.sessions().reissue(session, &rotation, token_hash)?.invalidate(r);
            r.sessions().record_authentication(session, &amr, now)?.invalidate(r);
            act.succeed(r, now)?;
            Ok::<_, OwnPasswordError>(Session { rotation, amr, authenticated_at: now, ..found })
        });
        Ok(self.tokens.make(&renewed.await?, holder, token, now)?)
    }

    /// The user as the store has it, since what a cache holds may be older than the password, and the attempt, where they
    /// are counted: for the network that the session was opened from, if that is known.
    pub(crate) async fn start_call(&self, id: UserId, session: SessionId, act: &Act) -> Result<Call, OwnPasswordError> {
        let started = self.start_call_in(id, session).await;
        self.audit.record(act, started, self.clock.now()).await
    }

    async fn start_call_in(&self, id: UserId, session: SessionId) -> Result<Call, OwnPasswordError> {
        let (now, throttle) = (self.clock.now(), self.throttle.clone());
        let idle_since = now - self.tokens.policy.idle;
        let find = move |r: &mut dyn Repositories| {
            let found = or_nobody(r.sessions().find_with_user(session))?.filter(|(_, user)| user.id == id);
            found.ok_or(OwnPasswordError::EndedSession)
        };
        let Some(throttle) = throttle else {
            let (_, user) = self.store.read(find).await?;
            return Ok(Call { user, session, held: None, now, idle_since, attempt: None });
        };
        let started = self.store.write_once(move |r| {
            let (found, user) = find(r)?;
            let client = throttle.client(&found.origin, None).map_err(OpenSessionError::from)?;
            let attempt = throttle.start::<OwnPasswordError>(r, (user.email.canonical(), Some(&user)), &client, now)?;
            Ok(Call { user, session, held: None, now, idle_since, attempt: Some(attempt) })
        });
        started.await
    }

    pub(crate) async fn require_password(&self, call: &Call, password: Password) -> Result<(), OwnPasswordError> {
        match self.verify(password, Some(&call.user)).await? {
            Verification::Match { .. } => Ok(()),
            Verification::Mismatch | Verification::UnusableHash(_) => Err(OwnPasswordError::WrongPassword),
        }
    }
}

/// The caller and the session, as they were when the password was compared.
pub(crate) struct Call {
    pub(crate) user: User,
    session: SessionId,
    /// The refresh token that the client has shown.
    held: Option<OpaqueToken>,
    pub(crate) now: Timestamp,
    idle_since: Timestamp,
    pub(crate) attempt: Option<Attempt>,
}

impl Call {
    /// The session as [`Call::find_valid`] finds it, if it has shown the second factor that its user has by now: the password
    /// alone is not enough then. Forgets the failures.
    pub(crate) fn find_session(&self, repositories: &mut dyn Repositories) -> Result<Session, OwnPasswordError> {
        let (user, found) = self.find_valid(repositories)?;
        if user.factors.has_second_factor() && !found.amr.has_second_factor() {
            return Err(OwnPasswordError::ProofIncomplete);
        }
        if let Some(attempt) = &self.attempt {
            repositories.login_failures().reset_failures(&attempt.started)?;
        }
        Ok(found)
    }

    /// Whether the client has shown the current refresh token of the session.
    fn has_current_token_of(&self, session: &Session, repositories: &mut dyn Repositories) -> Result<bool, StoreError> {
        let Some(held) = &self.held else { return Ok(false) };
        let found = repositories.sessions().find_by_token(hash_of(held))?;
        Ok(found.is_some_and(|(of, _, generation)| of.id == session.id && generation == session.rotation.generation))
    }

    /// The user, who is locked, and the session, if neither it nor the credentials have changed while passwords were hashed.
    fn find_valid(&self, repositories: &mut dyn Repositories) -> Result<(User, Session), OwnPasswordError> {
        let user = or_nobody(repositories.users().find(self.user.id))?;
        let user = user.filter(|user| user.credentials_changed_at == self.user.credentials_changed_at);
        let user = user.ok_or(OwnPasswordError::EndedSession)?;
        let found = repositories.sessions().find_with_user(self.session)?.map(|(found, _)| found);
        let is_valid = |found: &Session| found.user_id == user.id && found.is_valid(&user, self.now, self.idle_since);
        let found = found.filter(is_valid).ok_or(OwnPasswordError::EndedSession)?;
        Ok((user, found))
    }
}

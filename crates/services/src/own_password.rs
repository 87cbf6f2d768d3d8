use ore_domain::{
    Locale, MailKind, Password, Repositories, Session, SessionId, StoreError, StoreExt, Timestamp, User, UserId,
};
use ore_security::opaque_token::{OpaqueToken, TokenKind};
use ore_security::password::Verification;

use crate::mailing::Mail;
use crate::readable::or_nobody;
use crate::session_tokens::hash_of;
use crate::{HashingError, OpenSessionError, OpenedSession, RegistrationClosed, Sessions};

/// Why a user of a session could not do what needs the password.
#[derive(Debug, thiserror::Error)]
pub enum OwnPasswordError {
    /// The password is another.
    #[error("the password is wrong")]
    WrongPassword,
    /// No account may have the address that was asked for.
    #[error(transparent)]
    AddressNotAdmitted(#[from] RegistrationClosed),
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
    ) -> Result<(), OwnPasswordError> {
        let verified = self.require_password(user, current).await?;
        let hash = self.hasher.hash_new(new).await?;
        let (call, mailing) = (self.call_of(verified, session), self.mailing.clone());
        let changed = self.store.write(move |r| {
            call.find_session(r)?;
            r.users().set_password_hash(user, &hash)?.invalidate(r);
            if end_other_sessions {
                r.sessions().end_all(user, Some(session), call.now)?.invalidate(r);
            }
            r.sessions().outlive_credential_change(user, call.user.credentials_changed_at)?.invalidate(r);
            let (user, at) = (&call.user, call.now);
            let mail = Mail { kind: MailKind::PasswordChanged, user: Some(user), to: &user.email, locale, at };
            Ok(mailing.notify(r, &mail)?)
        });
        changed.await
    }

    /// Takes the user of a session for authenticated now, and gives the next tokens of the session.
    ///
    /// # Errors
    /// As [`OwnPasswordError`] says.
    pub async fn reauthenticate(
        &self,
        user: UserId,
        session: SessionId,
        password: Password,
    ) -> Result<OpenedSession, OwnPasswordError> {
        let verified = self.require_password(user, password).await?;
        let email = verified.email.clone();
        let token = OpaqueToken::generate(TokenKind::Refresh).map_err(OpenSessionError::from)?;
        let (call, token_hash) = (self.call_of(verified, session), hash_of(&token));
        let now = call.now;
        let renewed = self.store.write(move |r| {
            let found = call.find_session(r)?;
            let rotation = found.rotation.next(now);
            r.sessions().reissue(session, &rotation, token_hash)?.invalidate(r);
            r.sessions().note_authentication(session, now)?.invalidate(r);
            Ok::<_, OwnPasswordError>(Session { rotation, authenticated_at: now, ..found })
        });
        Ok(self.tokens.make(&renewed.await?, email.as_str(), token, now)?)
    }

    /// The user as the store has it: what a cache holds may be older than the password.
    pub(crate) async fn require_password(&self, id: UserId, password: Password) -> Result<User, OwnPasswordError> {
        let user = or_nobody(self.store.read(move |r| r.users().find(id)).await)?;
        let verification = self.verify(password, user.as_ref()).await?;
        let user = user.filter(|_| matches!(verification, Verification::Match { .. }));
        user.ok_or(OwnPasswordError::WrongPassword)
    }

    pub(crate) fn call_of(&self, user: User, session: SessionId) -> Call {
        let now = self.clock.now();
        Call { user, session, now, idle_since: now - self.tokens.policy.idle }
    }
}

/// Who calls in which session, as it was when the password was compared.
pub(crate) struct Call {
    pub(crate) user: User,
    session: SessionId,
    pub(crate) now: Timestamp,
    idle_since: Timestamp,
}

impl Call {
    /// The session, if neither it nor the credentials have changed while passwords were hashed. Locks the user.
    pub(crate) fn find_session(&self, repositories: &mut dyn Repositories) -> Result<Session, OwnPasswordError> {
        let user = or_nobody(repositories.users().find(self.user.id))?;
        let user = user.filter(|user| user.credentials_changed_at == self.user.credentials_changed_at);
        let user = user.ok_or(OwnPasswordError::EndedSession)?;
        let found = repositories.sessions().find_with_user(self.session)?.map(|(found, _)| found);
        let is_valid = |found: &Session| found.user_id == user.id && found.is_valid(&user, self.now, self.idle_since);
        found.filter(is_valid).ok_or(OwnPasswordError::EndedSession)
    }
}

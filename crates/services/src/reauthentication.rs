use ore_domain::{Password, Session, SessionId, StoreError, StoreExt, User};
use ore_security::opaque_token::{OpaqueToken, TokenKind};
use ore_security::password::Verification;

use crate::readable::or_nobody;
use crate::session_tokens::hash_of;
use crate::{HashingError, OpenSessionError, OpenedSession, Sessions};

/// Why a user was not taken for authenticated again.
#[derive(Debug, thiserror::Error)]
pub enum ReauthenticateError {
    /// The password is another.
    #[error("the password is wrong")]
    WrongPassword,
    /// The session of the call has ended meanwhile.
    #[error("the session has ended")]
    EndedSession,
    /// The password could not be compared.
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
    /// Takes the user of a session for authenticated now, and gives the next tokens of the session.
    ///
    /// # Errors
    /// As [`ReauthenticateError`] says.
    pub async fn reauthenticate(
        &self,
        user: &User,
        session: SessionId,
        password: Password,
    ) -> Result<OpenedSession, ReauthenticateError> {
        let stored = Some(user.password_hash.clone()).filter(|hash| !hash.expose().is_empty());
        if !matches!(self.hasher.verify(password, stored).await?, Verification::Match { .. }) {
            return Err(ReauthenticateError::WrongPassword);
        }
        let (id, verified, now) = (user.id, user.credentials_changed_at, self.clock.now());
        let idle_since = now - self.tokens.policy.idle;
        let token = OpaqueToken::generate(TokenKind::Refresh).map_err(OpenSessionError::from)?;
        let token_hash = hash_of(&token);
        let renewed = self.store.write(move |r| {
            let user = or_nobody(r.users().find(id))?.ok_or(ReauthenticateError::EndedSession)?;
            let found = r.sessions().find_with_user(session)?.map(|(found, _)| found);
            let found = found.filter(|found| found.user_id == id && found.is_valid(&user, now, idle_since));
            let found = found.filter(|_| user.credentials_changed_at == verified);
            let found = found.ok_or(ReauthenticateError::EndedSession)?;
            let rotation = found.rotation.next(now);
            r.sessions().reissue(session, &rotation, token_hash)?.invalidate(r);
            r.sessions().note_authentication(session, now)?.invalidate(r);
            Ok::<_, ReauthenticateError>(Session { rotation, authenticated_at: now, ..found })
        });
        Ok(self.tokens.make(&renewed.await?, user.email.as_str(), token, now)?)
    }
}

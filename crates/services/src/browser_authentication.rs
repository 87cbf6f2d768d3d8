use std::sync::Arc;
use std::time::Duration;

use ore_domain::{
    Amr, AuditAction, AuditOrigin, Locale, Rotation, Session, SessionId, StoreError, StoreExt, Timestamp, UserId,
};
use ore_security::opaque_token::{OpaqueToken, TokenKind};

use crate::audit::Act;
use crate::authentication::caller;
use crate::readable::or_nobody;
use crate::refresh_error::record_reuse;
use crate::session_tokens::{UserClaims, hash_of};
use crate::{
    AuthenticateError, Authentication, Caller, OpenSessionError, OpenedSession, OwnPasswordError, RefreshRefusal,
    Sessions,
};

/// Pages that were asked for side by side may come with the token from before the user authenticated again.
const GRACE: Duration = Duration::from_secs(10);

impl Authentication {
    /// Whom the token of a session of pages speaks for that a browser keeps. The token stays valid: unlike a program, a
    /// browser asks for pages side by side, and keeps no answer that it does not show.
    ///
    /// # Errors
    /// As [`AuthenticateError`] says; [`AuthenticateError::ReplacedToken`] where the session goes on with another token.
    pub async fn authenticate_browser(&self, token: &str) -> Result<Caller, AuthenticateError> {
        let token = OpaqueToken::parse(TokenKind::PageSession, token).map_err(|_| AuthenticateError::UnknownSession)?;
        let (hash, now) = (hash_of(&token), self.clock.now());
        let found = or_nobody(self.store.read(move |r| r.sessions().find_by_token(hash)).await)?;
        let (session, user, generation) = found.ok_or(AuthenticateError::UnknownSession)?;
        if !user.is_active {
            return Err(AuthenticateError::DisabledUser(user.id));
        }
        if !session.is_valid(&user, now, now - self.idle) {
            return Err(AuthenticateError::EndedSession(user.id));
        }
        if !is_valid_at(&session.rotation, generation, now) {
            return Err(AuthenticateError::ReplacedToken(user.id));
        }
        self.record_use(&session, generation, now).await;
        if generation == session.rotation.generation {
            return Ok(caller(&session, Arc::new(user), None));
        }
        // What its user has shown since came with another token.
        let before = Session { authenticated_at: session.created_at, amr: Amr::PASSWORD, ..session };
        Ok(caller(&before, Arc::new(user), None))
    }
}

impl Sessions {
    /// New tokens for a session of pages after a change of the credentials, so that an earlier copy of the cookie is
    /// void (ASVS 5.0, 7.2.4).
    ///
    /// # Errors
    /// [`OwnPasswordError::EndedSession`], [`OwnPasswordError::Session`], [`OwnPasswordError::Store`].
    pub async fn replace_token(&self, user: UserId, session: SessionId) -> Result<OpenedSession, OwnPasswordError> {
        let token = OpaqueToken::generate(TokenKind::PageSession).map_err(OpenSessionError::from)?;
        let (hash, now) = (hash_of(&token), self.clock.now());
        let idle_since = now - self.tokens.policy.idle;
        let replaced = self.store.write(move |r| {
            let found = or_nobody(r.sessions().find_with_user(session))?;
            let found = found.filter(|(found, owner)| owner.id == user && found.is_valid(owner, now, idle_since));
            let (found, owner) = found.ok_or(OwnPasswordError::EndedSession)?;
            let rotation = found.rotation.next(now, None);
            r.sessions().reissue(session, &rotation, hash)?.invalidate(r);
            Ok::<_, OwnPasswordError>((Session { rotation, ..found }, UserClaims::from(&owner)))
        });
        let (session, user_claims) = replaced.await?;
        Ok(self.tokens.make(&session, user_claims, token, now)?)
    }

    /// Ends the session of a token that comes although the session goes on with another one: a browser keeps the last one, so
    /// that somebody has a copy of its cookie. Why the token is refused.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn end_replaced(
        &self,
        token: &str,
        locale: Locale,
        origin: &AuditOrigin,
    ) -> Result<RefreshRefusal, StoreError> {
        let Ok(token) = OpaqueToken::parse(TokenKind::PageSession, token) else { return Ok(RefreshRefusal::Malformed) };
        let (act, now, mailer) = (Act::new(AuditAction::Refresh, origin), self.clock.now(), self.mailer.clone());
        let (hash, idle_since) = (hash_of(&token), now - self.tokens.policy.idle);
        let ended = self.store.write(move |r| {
            let found = r.sessions().find_by_token(hash)?;
            let Some((session, user, _)) = found else { return Ok(RefreshRefusal::Unknown) };
            if !session.is_valid(&user, now, idle_since) {
                return Ok(RefreshRefusal::Ended(user.id));
            }
            r.sessions().end(session.id, now)?.invalidate(r);
            mailer.send_reuse_notice(r, &user, locale, now)?;
            record_reuse(r, &act, user.id, session.id, now)
        });
        ended.await
    }
}

/// As at a refresh, the predecessor is valid while nobody has used the current token, and for a short time longer.
fn is_valid_at(rotation: &Rotation, generation: i64, now: Timestamp) -> bool {
    let is_overtaken = rotation.is_used && now > rotation.rotated_at + GRACE;
    generation == rotation.generation || (generation == rotation.predecessor && !is_overtaken)
}

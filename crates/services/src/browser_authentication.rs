use std::sync::Arc;
use std::time::Duration;

use ore_domain::{Rotation, StoreExt, Timestamp};
use ore_security::opaque_token::{OpaqueToken, TokenKind};

use crate::authentication::caller;
use crate::readable::or_nobody;
use crate::session_tokens::hash_of;
use crate::{AuthenticateError, Authentication, Caller};

/// Pages that were asked for side by side may come with the token from before the user authenticated again.
const GRACE: Duration = Duration::from_secs(10);

impl Authentication {
    /// Whom the refresh token of a session speaks for that a browser keeps. The token goes on to count: unlike a program, a
    /// browser asks for pages side by side, and keeps no answer that it does not show.
    ///
    /// # Errors
    /// As [`AuthenticateError`] says; [`AuthenticateError::ReplacedToken`] where somebody has exchanged the token meanwhile.
    pub async fn authenticate_browser(&self, token: &str) -> Result<Caller, AuthenticateError> {
        let token = OpaqueToken::parse(TokenKind::Refresh, token).map_err(|_| AuthenticateError::UnknownSession)?;
        let (hash, now) = (hash_of(&token), self.clock.now());
        let found = or_nobody(self.store.read(move |r| r.sessions().find_by_token(hash)).await)?;
        let (session, user, generation) = found.ok_or(AuthenticateError::UnknownSession)?;
        if !user.is_active {
            return Err(AuthenticateError::DisabledUser(user.id));
        }
        if !session.is_valid(&user, now, now - self.idle) {
            return Err(AuthenticateError::EndedSession(user.id));
        }
        if !counts(&session.rotation, generation, now) {
            return Err(AuthenticateError::ReplacedToken(user.id));
        }
        self.note_use(&session, generation, now).await;
        Ok(caller(&session, Arc::new(user), None))
    }
}

/// As at a refresh, the one before the current counts while nobody has used that, and a moment longer.
fn counts(rotation: &Rotation, generation: i64, now: Timestamp) -> bool {
    let is_overtaken = rotation.is_used && now > rotation.rotated_at + GRACE;
    generation == rotation.generation || (generation == rotation.predecessor && !is_overtaken)
}

use ore_domain::{AuditOrigin, Locale, StoreError};
use ore_security::opaque_token::TokenKind;

use crate::token_exchange::Exchanged;
use crate::{AuthenticateError, Authentication, RefreshError, Sessions};

/// The result of revoking a token (RFC 7009, section 2.2).
#[derive(Debug)]
pub enum Revocation {
    /// The session of an access token was ended, if it had not ended meanwhile.
    AccessToken {
        /// Whether it was.
        has_ended: bool,
    },
    /// How the end of the session of a refresh token went.
    RefreshToken(Result<(), RefreshError>),
    /// The token is none that counts.
    Nothing,
    /// The token ends in another way: an API key, what a client got for one, or a token whose session is stored nowhere.
    Unsupported,
}

impl Sessions {
    /// Ends the session of a token. Whoever has the token may do so.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn revoke(
        &self,
        authentication: &Authentication,
        token: &str,
        locale: Locale,
        origin: &AuditOrigin,
    ) -> Result<Revocation, StoreError> {
        if token.starts_with(TokenKind::ApiKey.prefix()) {
            return Ok(Revocation::Unsupported);
        }
        if token.starts_with(TokenKind::Refresh.prefix()) {
            return Ok(Revocation::RefreshToken(self.end_by_refresh_token(token, locale, origin).await));
        }
        let caller = match authentication.authenticate(token).await {
            Ok(caller) => caller,
            Err(AuthenticateError::Store(error)) => return Err(error),
            // One that a client got for another service in exchange has the session of its subject.
            Err(_) => match authentication.find_exchanged(token).await? {
                Some(Exchanged::InSession(caller)) => *caller,
                Some(Exchanged::ForKey) => return Ok(Revocation::Unsupported),
                None => return Ok(Revocation::Nothing),
            },
        };
        let (Some(user), Some(session)) = (caller.user(), caller.session()) else { return Ok(Revocation::Unsupported) };
        let has_ended = self.end(user.id, session.id, &caller.act(origin.clone())).await?;
        Ok(Revocation::AccessToken { has_ended })
    }
}

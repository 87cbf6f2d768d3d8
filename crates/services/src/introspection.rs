use ore_domain::{PermissionSet, StoreError};
use ore_security::token::{AccessClaims, SessionClaims};

use crate::{AuthenticateError, Authentication};

/// The content of a valid access token (RFC 7662, section 2.2).
#[derive(Debug)]
pub struct Introspection {
    /// Its claims.
    pub claims: AccessClaims<SessionClaims>,
    /// The permissions in the token that its holder still has.
    pub scope: PermissionSet,
}

impl Authentication {
    /// What an access token of ours says that would be accepted now; `None` of every other text, API keys and refresh tokens
    /// among them.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn introspect(&self, token: &str) -> Result<Option<Introspection>, StoreError> {
        let Ok(keys) = self.tokens.current() else { return Ok(None) };
        let Ok(claims) = keys.verify::<SessionClaims>(token, self.clock.now().into()) else { return Ok(None) };
        match self.authenticate(token).await {
            // A user who must add a second factor first may do nothing else, at other services too.
            Ok(caller) if caller.user().is_some_and(|user| self.awaits_enrolment(user)) => Ok(None),
            Ok(caller) => {
                let scope = PermissionSet::of_names(&claims.extra.scope).intersection(caller.permissions);
                Ok(Some(Introspection { claims, scope }))
            }
            Err(AuthenticateError::Store(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }
}

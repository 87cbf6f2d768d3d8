use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use ore_domain::{Clock, Store, StoreError, StoreExt, Timestamp, User, UserId};
use ore_security::token::{
    LegacyClaims, LegacyTokenVerifier, MAXIMUM_LEEWAY, NoExtraClaims, TokenDigest, TokenError, TokenVerifier,
};

use crate::readable::or_nobody;
use crate::verified_token_cache::VerifiedToken;
use crate::{AuthenticationCaches, UserCache, VerifiedTokenCache};

/// Finds the user of a bearer token.
pub struct Authentication {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    tokens: TokenVerifier,
    legacy_tokens: Option<LegacyTokens>,
    verified_tokens: Arc<VerifiedTokenCache>,
    users: Arc<UserCache>,
}

/// How the Python service's tokens are accepted.
pub struct LegacyTokens {
    /// Checks them.
    pub verifier: LegacyTokenVerifier,
    /// How long before its end a token was made: none of them says when.
    pub lifetime: Duration,
}

/// Why a token speaks for nobody.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// The token is not one of ours, or no longer valid.
    #[error("the token is not valid: {0}")]
    InvalidToken(#[from] TokenError),
    /// The token is valid and its user is gone.
    #[error("the user of the token does not exist")]
    UnknownUser,
    /// The token is valid and its user is disabled.
    #[error("user {0} is disabled")]
    DisabledUser(UserId),
    /// The Python service's token was made before its user, or before the user's password, address or state changed.
    #[error("the token is older than user {0}, or than the last change of the password, address or state")]
    OutdatedToken(UserId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a token says of its user: ours name the key, the Python service's the address as it is stored.
enum Identity {
    Key(UserId),
    StoredAddress { email: String, made_at: Timestamp },
}

impl Authentication {
    /// Accepts the tokens that `tokens` accepts, and with `legacy_tokens` the Python service's too. Asks `store` only for
    /// users who are not in `caches`.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        tokens: TokenVerifier,
        legacy_tokens: Option<LegacyTokens>,
        caches: &AuthenticationCaches,
    ) -> Self {
        let (verified_tokens, users) = (Arc::clone(&caches.verified_tokens), Arc::clone(&caches.users));
        Self { store, clock, tokens, legacy_tokens, verified_tokens, users }
    }

    /// The active user that `token` speaks for.
    ///
    /// # Errors
    /// As [`AuthenticateError`] says.
    pub async fn authenticate(&self, token: &str) -> Result<Arc<User>, AuthenticateError> {
        let user = match self.identify(token)? {
            Identity::Key(id) => self.find(id).await?,
            Identity::StoredAddress { email, made_at } => self.find_by_stored_email(email, made_at).await?,
        };
        match user {
            None => Err(AuthenticateError::UnknownUser),
            Some(user) if !user.is_active => Err(AuthenticateError::DisabledUser(user.id)),
            Some(user) => Ok(user),
        }
    }

    async fn find(&self, id: UserId) -> Result<Option<Arc<User>>, StoreError> {
        let now = self.clock.now();
        if let Some(user) = self.users.get(id, now) {
            return Ok(Some(user));
        }
        let read = self.users.start_read(id, now);
        let user = or_nobody(self.store.read(move |r| r.users().find(id)).await)?.map(Arc::new);
        // A user who is let in again need not wait for it.
        if let Some(user) = user.as_ref().filter(|user| user.is_active) {
            self.users.insert(user, read);
        }
        Ok(user)
    }

    /// An address can pass to somebody else: a token from before then speaks for nobody. It is not cached, so that it
    /// outlives no change.
    async fn find_by_stored_email(
        &self,
        email: String,
        made_at: Timestamp,
    ) -> Result<Option<Arc<User>>, AuthenticateError> {
        let user = or_nobody(self.store.read(move |r| r.users().find_by_stored_email(&email)).await)?;
        match user {
            Some(user) if made_at + MAXIMUM_LEEWAY < user.credentials_since() => {
                Err(AuthenticateError::OutdatedToken(user.id))
            }
            user => Ok(user.map(Arc::new)),
        }
    }

    fn identify(&self, token: &str) -> Result<Identity, AuthenticateError> {
        let now = self.clock.now();
        let refusal = match self.verify(token, now) {
            Ok(user) => return Ok(Identity::Key(user)),
            Err(error) => error,
        };
        let Some(legacy) = &self.legacy_tokens else { return Err(refusal.into()) };
        // The first refusal says more about a token of ours than that it is not the Python service's either.
        let LegacyClaims { sub, exp } = legacy.verifier.verify(token, now.into()).map_err(|_| refusal)?;
        let made_at = Timestamp::from(UNIX_EPOCH + Duration::from_secs(exp)) - legacy.lifetime;
        Ok(Identity::StoredAddress { email: sub, made_at })
    }

    /// Whom a token of ours speaks for.
    fn verify(&self, token: &str, now: Timestamp) -> Result<UserId, TokenError> {
        let digest = TokenDigest::of(token).ok_or(TokenError::TooLong)?;
        if let Some(user) = self.verified_tokens.get(&digest, now) {
            return Ok(user);
        }
        let read = self.verified_tokens.start();
        let claims = self.tokens.verify::<NoExtraClaims>(token, now.into())?;
        let user = UserId::new(claims.uid);
        let verified = VerifiedToken { user, session: &claims.sid, at: now, expires: claims.exp };
        self.verified_tokens.insert(digest, &verified, read);
        Ok(user)
    }
}

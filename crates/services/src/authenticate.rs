use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use ore_domain::{Clock, Store, StoreError, StoreExt, Timestamp, User, UserId};
use ore_security::token::{
    LegacyClaims, LegacyTokenVerifier, MAXIMUM_LEEWAY, NoExtraClaims, TokenDigest, TokenError, TokenVerifier,
};

use crate::RecentUsers;
use crate::readable::or_nobody;
use crate::recent_tokens::RecentTokens;

/// Finds who a bearer token speaks for.
pub struct Authenticate {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    tokens: TokenVerifier,
    legacy_tokens: Option<LegacyTokens>,
    recent_tokens: RecentTokens,
    recent_users: Arc<RecentUsers>,
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

impl Authenticate {
    /// Accepts the tokens that `tokens` accepts, and with `legacy_tokens` the Python service's too. Asks `store` only for
    /// users whom `recent_users` does not remember.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        tokens: TokenVerifier,
        legacy_tokens: Option<LegacyTokens>,
        recent_users: Arc<RecentUsers>,
    ) -> Self {
        Self { store, clock, tokens, legacy_tokens, recent_tokens: RecentTokens::new(), recent_users }
    }

    /// The active user that `token` speaks for.
    ///
    /// # Errors
    /// As [`AuthenticateError`] says.
    pub async fn run(&self, token: &str) -> Result<Arc<User>, AuthenticateError> {
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
        if let Some(user) = self.recent_users.get(id) {
            return Ok(Some(user));
        }
        let moment = self.recent_users.moment(id);
        let user = or_nobody(self.store.read(move |r| r.users().find(id)).await)?.map(Arc::new);
        // Whoever is let in again need not wait for it.
        if let Some(user) = user.as_ref().filter(|user| user.is_active) {
            self.recent_users.remember(user, moment);
        }
        Ok(user)
    }

    /// An address can pass to somebody else: a token from before then speaks for nobody. Nobody is remembered, so that it
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
        if let Some(user) = self.recent_tokens.get(&digest, now) {
            return Ok(user);
        }
        let claims = self.tokens.verify::<NoExtraClaims>(token, now.into())?;
        let user = UserId::new(claims.uid);
        self.recent_tokens.remember(digest, user, now, claims.exp);
        Ok(user)
    }
}

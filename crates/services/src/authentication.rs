use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use ore_domain::{
    ApiKeyId, BoxFuture, Clock, PermissionSet, Session, SessionId, Store, StoreError, StoreExt, Timestamp, User, UserId,
};
use ore_security::opaque_token::TokenKind;
use ore_security::token::{
    AccessClaims, LegacyClaims, LegacyTokenVerifier, MAXIMUM_LEEWAY, SessionClaims, TokenDigest, TokenError,
};

use crate::caller::{Caller, CallerSession, Credential, Identity};
use crate::last_use::{LastUse, USE_INTERVAL};
use crate::readable::or_nobody;
use crate::session_cache::{FoundSession, SessionOfUser};
use crate::verified_token_cache::{TokenClient, TokenHolder, VerifiedToken};
use crate::{AuthenticationCaches, SecondFactorPolicy, TokenKeys};

/// Finds the caller of a bearer token or an API key.
pub struct Authentication {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tokens: Arc<TokenKeys>,
    legacy_tokens: Option<LegacyTokens>,
    pub(crate) caches: AuthenticationCaches,
    /// A session that is idle for this time ends.
    pub(crate) idle: Duration,
    pub(crate) policy: SecondFactorPolicy,
}

/// The acceptance of tokens of the Python service.
pub struct LegacyTokens {
    /// The verifier of these tokens.
    pub verifier: LegacyTokenVerifier,
    /// The lifetime of these tokens, since none of them contains its time of issue.
    pub lifetime: Duration,
}

/// The reason why a token is refused.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// The token is not one of ours, or no longer valid.
    #[error("the token is not valid: {0}")]
    InvalidToken(#[from] TokenError),
    /// The token is valid and its user is gone.
    #[error("the user of the token does not exist")]
    UnknownUser,
    /// No session has this refresh token.
    #[error("there is no such session")]
    UnknownSession,
    /// The token is valid and its user is disabled.
    #[error("user {0} is disabled")]
    DisabledUser(UserId),
    /// The token is valid, but its session has ended, or the credentials have changed.
    #[error("the session of user {0} is over")]
    EndedSession(UserId),
    /// The token was made with a refresh token that was replaced before anybody used it.
    #[error("the token of user {0} was replaced")]
    ReplacedToken(UserId),
    /// A token without a stored session was issued before its user was created, or before the password, the address or
    /// the state of the user changed.
    #[error("the token is older than user {0}, or than the last change of the password, address or state")]
    OutdatedToken(UserId),
    /// There is no session in which the user could enter the second factor.
    #[error("user {0} has a second factor, which no token without a session shows")]
    SecondFactorNotShown(UserId),
    /// The text is no API key.
    #[error("the API key is malformed")]
    MalformedKey,
    /// There is no such API key, or its owner is gone.
    #[error("there is no such API key")]
    UnknownKey,
    /// The API key has expired.
    #[error("the API key {0} has expired")]
    ExpiredKey(ApiKeyId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The user in a token: our tokens have the key, those of the Python service the stored address.
enum ClaimedUser {
    Token(VerifiedToken),
    StoredAddress { email: String, made_at: Timestamp },
}

impl Authentication {
    /// Accepts the tokens of `tokens`, and with `legacy_tokens` also those of the Python service. Reads from `store`
    /// only sessions that are not in `caches`. A session that is idle for `idle` ends.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        tokens: Arc<TokenKeys>,
        legacy_tokens: Option<LegacyTokens>,
        caches: &AuthenticationCaches,
        idle: Duration,
    ) -> Self {
        let policy = SecondFactorPolicy::default();
        Self { store, clock, tokens, legacy_tokens, caches: caches.clone(), idle, policy }
    }

    /// The same, with a rule of who must have a second factor.
    #[must_use]
    pub fn with_policy(self, policy: SecondFactorPolicy) -> Self {
        Self { policy, ..self }
    }

    /// Whether a user must have a second factor and has none, so that the user may only add one.
    pub fn awaits_enrolment(&self, user: &User) -> bool {
        self.policy.awaits_enrolment(user)
    }

    /// The caller of `token`, which is an access token or an API key.
    ///
    /// # Errors
    /// As [`AuthenticateError`] says.
    pub async fn authenticate(&self, token: &str) -> Result<Caller, AuthenticateError> {
        if token.starts_with(TokenKind::ApiKey.prefix()) {
            return self.authenticate_key(token).await;
        }
        let now = self.clock.now();
        let user = match self.identify(token, now)? {
            ClaimedUser::Token(VerifiedToken { holder, issued, .. }) => match holder {
                TokenHolder::Session { user, id, generation: Some(generation), authenticated } => {
                    let caller = self.find_session(user, id, generation, now).await?;
                    return Ok(caller.authenticated_by(authenticated));
                }
                TokenHolder::Session { user, id, generation: None, .. } => {
                    return self.find_impersonation(user, id, now).await;
                }
                TokenHolder::Client(client) => return self.find_client(client, now).await,
                TokenHolder::User(user) => self.find_user(user, issued).await?,
            },
            ClaimedUser::StoredAddress { email, made_at } => self.find_by_stored_email(email, made_at).await?,
        };
        match user {
            None => Err(AuthenticateError::UnknownUser),
            Some(user) if !user.is_active => Err(AuthenticateError::DisabledUser(user.id)),
            Some(user) if user.factors.has_second_factor() => Err(AuthenticateError::SecondFactorNotShown(user.id)),
            Some(user) => {
                let permissions = user.roles.permissions();
                Ok(Caller { identity: Identity::User(Arc::new(user)), credential: Credential::Legacy, permissions })
            }
        }
    }

    async fn find_session(
        &self,
        user: UserId,
        id: SessionId,
        generation: i64,
        now: Timestamp,
    ) -> Result<Caller, AuthenticateError> {
        let read = || self.read_session(id, user);
        let (reading, is_new) = self.caches.sessions.find((id, user), now, read);
        let mut found = reading.await.map_err(|error| error.to_copy())?;
        // The cached session may be older than the token, which another replica may have made.
        if !is_new && found.as_ref().is_none_or(|found| self.check(found, generation, now).is_err()) {
            found = self.caches.sessions.find_anew((id, user), now, read).await.map_err(|error| error.to_copy())?;
        }
        let found = found.ok_or(AuthenticateError::EndedSession(user))?;
        self.check(&found, generation, now)?;
        self.record_use(&found.session, generation, now).await;
        Ok(caller(&found.session, Arc::clone(&found.user), None))
    }

    fn check(&self, found: &SessionOfUser, generation: i64, now: Timestamp) -> Result<(), AuthenticateError> {
        let SessionOfUser { session, user } = found;
        if !user.is_active {
            return Err(AuthenticateError::DisabledUser(user.id));
        }
        if !session.is_valid(user, now, now - self.idle) {
            return Err(AuthenticateError::EndedSession(user.id));
        }
        if !session.rotation.accepts(generation) {
            return Err(AuthenticateError::ReplacedToken(user.id));
        }
        Ok(())
    }

    fn read_session(&self, id: SessionId, user: UserId) -> BoxFuture<'static, FoundSession> {
        let store = Arc::clone(&self.store);
        Box::pin(async move {
            let found = or_nobody(store.read(move |r| r.sessions().find_with_user(id)).await)?;
            let found = found.filter(|(_, owner)| owner.id == user);
            Ok(found.map(|(session, user)| Arc::new(SessionOfUser { session, user: Arc::new(user) })))
        })
    }

    /// Records the use once for each refresh token, because the answer with a used token cannot have been lost, and
    /// otherwise once a minute. The caller is served even if recording fails: a database that accepts no writes can
    /// still be read.
    pub(crate) async fn record_use(&self, session: &Session, generation: i64, now: Timestamp) {
        let is_first = !session.rotation.is_used && generation == session.rotation.generation;
        if !is_first && now < session.last_used_at + USE_INTERVAL {
            return;
        }
        let last_use = LastUse { id: session.id, generation, is_first, at: now };
        self.caches.uses.record(last_use, || self.write_use(last_use)).await;
    }

    /// Whether the use was recorded.
    fn write_use(&self, LastUse { id, generation, at, .. }: LastUse<SessionId>) -> BoxFuture<'static, bool> {
        let store = Arc::clone(&self.store);
        Box::pin(async move {
            let recorded = store.write_once(move |r| {
                r.sessions().record_use(id, generation, at)?.invalidate(r);
                Ok::<_, StoreError>(())
            });
            let recorded = recorded.await;
            if let Err(error) = &recorded {
                tracing::warn!(exception = %error, "The use of a session could not be noted");
            }
            recorded.is_ok()
        })
    }

    /// The user of a token of the previous release.
    async fn find_user(&self, id: UserId, issued: u64) -> Result<Option<User>, AuthenticateError> {
        let user = or_nobody(self.store.read(move |r| r.users().find(id)).await)?;
        let issued = Timestamp::from(UNIX_EPOCH + Duration::from_secs(issued));
        match user {
            Some(user) if user.credentials_changed_at.is_some_and(|changed_at| issued < changed_at) => {
                Err(AuthenticateError::OutdatedToken(user.id))
            }
            user => Ok(user),
        }
    }

    /// An address can pass to another user, so a token from before that is refused. The user is not cached, so that a
    /// change takes effect at once.
    async fn find_by_stored_email(&self, email: String, made_at: Timestamp) -> Result<Option<User>, AuthenticateError> {
        let user = or_nobody(self.store.read(move |r| r.users().find_by_stored_email(&email)).await)?;
        match user {
            Some(user) if made_at + MAXIMUM_LEEWAY < user.credentials_since() => {
                Err(AuthenticateError::OutdatedToken(user.id))
            }
            user => Ok(user),
        }
    }

    fn identify(&self, token: &str, now: Timestamp) -> Result<ClaimedUser, AuthenticateError> {
        let refusal = match self.verify(token, now) {
            Ok(token) => return Ok(ClaimedUser::Token(token)),
            Err(error) => error,
        };
        let Some(legacy) = &self.legacy_tokens else { return Err(refusal.into()) };
        // For one of our tokens, the first refusal is more informative than that of the Python service's verifier.
        let LegacyClaims { sub, exp } = legacy.verifier.verify(token, now.into()).map_err(|_| refusal)?;
        let made_at = Timestamp::from(UNIX_EPOCH + Duration::from_secs(exp)) - legacy.lifetime;
        Ok(ClaimedUser::StoredAddress { email: sub, made_at })
    }

    /// The content of one of our tokens.
    fn verify(&self, token: &str, now: Timestamp) -> Result<VerifiedToken, TokenError> {
        let digest = TokenDigest::of(token).ok_or(TokenError::TooLong)?;
        if let Some(token) = self.caches.verified_tokens.get(&digest, now) {
            return Ok(token);
        }
        let read = self.caches.verified_tokens.start();
        let claims = self.tokens.current()?.verify::<SessionClaims>(token, now.into())?;
        let holder = token_holder(&claims).ok_or(TokenError::MalformedClaims)?;
        let token = VerifiedToken { holder, issued: claims.iat, expires: claims.exp };
        self.caches.verified_tokens.insert(digest, token, now, read);
        Ok(token)
    }
}

fn token_holder(claims: &AccessClaims<SessionClaims>) -> Option<TokenHolder> {
    let Some(user) = claims.uid.map(UserId::new) else { return client_of(claims).map(TokenHolder::Client) };
    let SessionClaims { auth_time, generation, act, .. } = &claims.extra;
    // Such a token is for other services, even if our own audience has the same name.
    if act.as_ref().is_some_and(|act| act.sub == claims.client_id) {
        return None;
    }
    match (claims.sid.parse(), auth_time, generation, act.is_some()) {
        (Ok(id), Some(authenticated), Some(_), false) | (Ok(id), Some(authenticated), None, true) => {
            Some(TokenHolder::Session { user, id, generation: *generation, authenticated: *authenticated })
        }
        (_, None, None, false) => Some(TokenHolder::User(user)),
        _ => None,
    }
}

/// A client that acts for itself is its own subject (RFC 9068, section 2.2). It has no session in which a user
/// authenticated.
fn client_of(claims: &AccessClaims<SessionClaims>) -> Option<TokenClient> {
    let SessionClaims { auth_time: None, generation: None, act: None, scope, .. } = &claims.extra else { return None };
    let (account, key) = (claims.sub.parse().ok()?, claims.sid.parse().ok()?);
    (claims.sub == claims.client_id).then(|| TokenClient { account, key, scope: PermissionSet::of_names(scope) })
}

/// The caller in a session of a user.
pub(crate) fn caller(session: &Session, user: Arc<User>, impersonator: Option<UserId>) -> Caller {
    let Session { id, authenticated_at, .. } = *session;
    let has_second_factor = session.amr.has_second_factor();
    let permissions = user.roles.permissions();
    let credential = Credential::Session(CallerSession { id, authenticated_at, has_second_factor, impersonator });
    Caller { identity: Identity::User(user), credential, permissions }
}

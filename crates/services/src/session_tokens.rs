use std::sync::Arc;
use std::time::Duration;

use ore_domain::{
    Amr, Factors, NewSession, RoleName, Rotation, Session, SessionId, SessionOrigin, Timestamp, TokenHash, User,
    UserId, UserRoles,
};
use ore_security::opaque_token::{OpaqueToken, TokenKind};
use ore_security::random::{RandomnessError, random_bytes};
use ore_security::sealing::{SealingError, SealingKey};
use ore_security::token::{AccessToken, ActorClaim, SessionClaims, Subject, TokenError};

use crate::audit::Act;
use crate::{SecondFactorPolicy, TokenKeys};

/// The keys and the lifetimes of session tokens.
pub struct SessionTokens {
    /// The keys that sign access tokens.
    pub keys: Arc<TokenKeys>,
    /// How long an access token is valid.
    pub lifetime: Duration,
    /// How long sessions last.
    pub policy: SessionPolicy,
    /// The rule of who must have a second factor.
    pub second_factors: SecondFactorPolicy,
}

/// The lifetimes of sessions, and their maximum number for a user.
#[derive(Debug, Clone, Copy)]
pub struct SessionPolicy {
    /// A session that is idle for this time ends.
    pub idle: Duration,
    /// A session ends after this time, even if it is used.
    pub absolute: Duration,
    /// The most sessions of a user.
    pub limit: u32,
    /// For this time after an exchange, the predecessor gives the same successor again.
    pub refresh_grace: Duration,
}

/// The tokens that a client gets when a session begins or goes on.
#[derive(Debug)]
pub struct OpenedSession {
    /// The user of the session.
    pub user_id: UserId,
    /// The access token.
    pub access_token: AccessToken,
    /// How long the access token is valid.
    pub expires_in: Duration,
    /// The permissions of the access token, separated by spaces.
    pub scope: String,
    /// The refresh token.
    pub refresh_token: OpaqueToken,
    /// How long the refresh token is valid.
    pub refresh_expires_in: Duration,
    /// The device token, from registration and log-in, if failures are counted.
    pub device_token: Option<OpaqueToken>,
}

/// The reason why the tokens of a session were not made.
#[derive(Debug, thiserror::Error)]
pub enum OpenSessionError {
    /// The access token could not be signed.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// A refresh token could not be sealed, or a stored one could not be opened.
    #[error(transparent)]
    Sealing(#[from] SealingError),
}

/// A session that is about to begin.
#[derive(Clone)]
pub(crate) struct SessionDraft {
    id: SessionId,
    refresh_token: OpaqueToken,
    origin: SessionOrigin,
    amr: Amr,
    at: Timestamp,
}

impl SessionDraft {
    /// A session for the client of this act.
    pub(crate) fn new(act: &Act, amr: Amr, at: Timestamp) -> Result<Self, RandomnessError> {
        let id = SessionId::from_random_bytes(random_bytes()?);
        Ok(Self { id, refresh_token: OpaqueToken::generate(act.token_kind())?, origin: act.client().clone(), amr, at })
    }

    /// The session of a user, ready to be stored.
    pub(crate) fn of(&self, user: &User, policy: &SessionPolicy) -> NewSession {
        let session = Session {
            id: self.id,
            user_id: user.id,
            origin: self.origin.clone(),
            amr: self.amr.clone(),
            authenticated_at: self.at,
            created_at: self.at,
            last_used_at: self.at,
            expires_at: self.at + policy.absolute,
            ended_at: None,
            credentials_changed_at: user.credentials_changed_at,
            rotation: Rotation::first(self.at),
            impersonation: None,
        };
        NewSession { session, token_hash: hash_of(&self.refresh_token) }
    }

    pub(crate) fn into_refresh_token(self) -> OpaqueToken {
        self.refresh_token
    }
}

impl SessionTokens {
    /// The tokens of a session for its client.
    pub(crate) fn make(
        &self,
        session: &Session,
        UserClaims { email, roles, factors }: UserClaims,
        refresh_token: OpaqueToken,
        now: Timestamp,
    ) -> Result<OpenedSession, OpenSessionError> {
        let roles = self.second_factors.claimed_roles(roles, factors);
        let claims = SessionClaims { generation: Some(session.rotation.generation), ..claims_of(session, &roles) };
        let scope = claims.scope.clone();
        let expires_in = self.lifetime.min(until_last_second(session, now));
        let access_token = self.sign(session, email, claims, expires_in, now)?;
        let until_end = session.expires_at.signed_duration_since(now).to_std().unwrap_or_default();
        Ok(OpenedSession {
            user_id: session.user_id,
            access_token,
            expires_in,
            scope,
            refresh_token,
            refresh_expires_in: self.policy.idle.min(until_end),
            device_token: None,
        })
    }

    /// The only token of an impersonation, which ends with it. This user is the impersonator.
    pub(crate) fn make_impersonation(
        &self,
        session: &Session,
        UserClaims { email, roles, .. }: UserClaims,
        impersonator: &User,
        lifetime: Duration,
    ) -> Result<AccessToken, TokenError> {
        let act = ActorClaim { sub: impersonator.email.as_str().to_owned() };
        let claims = SessionClaims { act: Some(act), ..claims_of(session, &roles) };
        self.sign(session, email, claims, lifetime, session.created_at)
    }

    fn sign(
        &self,
        session: &Session,
        email: String,
        claims: SessionClaims,
        lifetime: Duration,
        now: Timestamp,
    ) -> Result<AccessToken, TokenError> {
        let subject = Subject::user(email, session.user_id.get(), session.id.to_string());
        self.keys.current()?.issuer.create_access_token_with(subject, Some(lifetime), now.into(), claims)
    }
}

/// The lifetime of a token that ends with its session, in the whole seconds of tokens. In the last second it is one,
/// because a token cannot have expired when it is made.
fn until_last_second(session: &Session, now: Timestamp) -> Duration {
    let seconds = session.expires_at.timestamp() - now.timestamp();
    Duration::from_secs(u64::try_from(seconds).unwrap_or_default().max(1))
}

/// The claims about the session in every access token.
fn claims_of(session: &Session, roles: &UserRoles) -> SessionClaims {
    SessionClaims {
        auth_time: u64::try_from(session.authenticated_at.timestamp()).ok(),
        amr: session.amr.methods().map(str::to_owned).collect(),
        generation: None,
        act: None,
        roles: roles.names().iter().map(RoleName::to_string).collect(),
        scope: roles.permissions().to_string(),
    }
}

/// The claims about the user in access tokens.
#[derive(Clone)]
pub(crate) struct UserClaims {
    pub(crate) email: String,
    pub(crate) roles: UserRoles,
    pub(crate) factors: Factors,
}

impl From<&User> for UserClaims {
    fn from(user: &User) -> Self {
        Self { email: user.email.as_str().to_owned(), roles: user.roles.clone(), factors: user.factors }
    }
}

/// The hash by which the store finds a token.
pub(crate) fn hash_of(token: &OpaqueToken) -> TokenHash {
    TokenHash(token.digest())
}

/// A token that follows another one, in a form that only the other one can open.
pub(crate) struct SuccessorToken {
    pub(crate) token: OpaqueToken,
    pub(crate) sealed: Vec<u8>,
}

impl SuccessorToken {
    pub(crate) fn of(predecessor: &OpaqueToken) -> Result<Self, OpenSessionError> {
        let token = OpaqueToken::generate(TokenKind::Refresh)?;
        let sealed = sealing_key(predecessor).seal(token.expose().as_bytes(), &[])?;
        Ok(Self { token, sealed })
    }

    /// The token that was sealed for the holder of its predecessor.
    pub(crate) fn open(predecessor: &OpaqueToken, sealed: &[u8]) -> Result<OpaqueToken, OpenSessionError> {
        let text = sealing_key(predecessor).open(sealed, &[])?;
        let text = std::str::from_utf8(&text).map_err(|_| SealingError::WrongKey)?;
        OpaqueToken::parse(TokenKind::Refresh, text).map_err(|_| SealingError::WrongKey.into())
    }
}

/// The key is derived from the predecessor. The store has only its hash, which does not give the key.
fn sealing_key(predecessor: &OpaqueToken) -> SealingKey {
    SealingKey::derive(predecessor.expose().as_bytes(), "ore refresh token")
}

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use ore_domain::{
    ApiKeyId, AuditOrigin, AuditParty, KeyOwner, PermissionSet, ServiceAccount, SessionId, Timestamp, User, UserId,
};

/// The caller of a request, with the presented credential.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The identity.
    pub identity: Identity,
    /// The presented credential.
    pub credential: Credential,
    /// The permissions of the call.
    pub permissions: PermissionSet,
}

/// The identity of a caller.
#[derive(Debug, Clone)]
pub enum Identity {
    /// A user, who is active.
    User(Arc<User>),
    /// A service account.
    ServiceAccount(Arc<ServiceAccount>),
}

/// The credential that a caller presented.
#[derive(Debug, Clone, Copy)]
pub enum Credential {
    /// The access token of a session.
    Session(CallerSession),
    /// A token of the Python service or of the release before, whose session is stored nowhere.
    Legacy,
    /// An API key, or an access token that a client got for one.
    ApiKey(ApiKeyId),
}

/// The session of a caller.
#[derive(Debug, Clone, Copy)]
pub struct CallerSession {
    /// Its key.
    pub id: SessionId,
    /// When the user authenticated for it.
    pub authenticated_at: Timestamp,
    /// Whether that shows a second factor.
    pub has_second_factor: bool,
    /// The impersonator, if somebody other than the user acts in the session.
    pub impersonator: Option<UserId>,
}

impl CallerSession {
    /// The origin of a request in this session of a user, for the audit log.
    pub fn act(&self, user: UserId, origin: AuditOrigin) -> AuditOrigin {
        match self.impersonator {
            Some(impersonator) => origin.impersonating(user, self.id, impersonator),
            None => origin.in_session(user, self.id),
        }
    }
}

impl Caller {
    /// The user; `None` for a service account.
    pub fn user(&self) -> Option<&Arc<User>> {
        self.identity.user()
    }

    /// The session, if the caller presented the access token of one.
    pub fn session(&self) -> Option<CallerSession> {
        match self.credential {
            Credential::Session(session) => Some(session),
            Credential::Legacy | Credential::ApiKey(_) => None,
        }
    }

    /// The same with an access token that was made when the user had authenticated at this second since 1970. What they have shown
    /// since came with another token, and this one is no fresher for it (RFC 9470, section 6.1).
    pub(crate) fn authenticated_by(mut self, second: u64) -> Self {
        if let Credential::Session(session) = &mut self.credential {
            let until = Timestamp::from(UNIX_EPOCH + Duration::from_secs(second));
            if until.timestamp() < session.authenticated_at.timestamp() {
                session.authenticated_at = until;
            }
        }
        self
    }

    /// The impersonator, if there is one.
    pub fn impersonator(&self) -> Option<UserId> {
        self.session().and_then(|session| session.impersonator)
    }

    /// The owner of the API key, if the caller presented a key or a token that was issued for one.
    pub fn key_owner(&self) -> Option<KeyOwner> {
        match self.credential {
            Credential::ApiKey(_) => Some(self.identity.as_owner()),
            Credential::Session(_) | Credential::Legacy => None,
        }
    }

    /// The origin of the request for the audit log, with the actor.
    pub fn act(&self, origin: AuditOrigin) -> AuditOrigin {
        match (&self.identity, self.session()) {
            (Identity::User(user), Some(session)) => session.act(user.id, origin),
            (Identity::User(user), None) => origin.acting_as(AuditParty::user(user.id)),
            (Identity::ServiceAccount(account), _) => origin.acting_as(KeyOwner::ServiceAccount(account.id).into()),
        }
    }
}

impl Identity {
    /// The user; `None` for a service account.
    pub fn user(&self) -> Option<&Arc<User>> {
        match self {
            Self::User(user) => Some(user),
            Self::ServiceAccount(_) => None,
        }
    }

    /// As the owner of API keys.
    pub fn as_owner(&self) -> KeyOwner {
        match self {
            Self::User(user) => KeyOwner::User(user.id),
            Self::ServiceAccount(account) => KeyOwner::ServiceAccount(account.id),
        }
    }

    /// The permissions of the user or the service account.
    pub(crate) fn permissions(&self) -> PermissionSet {
        match self {
            Self::User(user) => user.roles.permissions(),
            Self::ServiceAccount(account) => account.permissions,
        }
    }
}

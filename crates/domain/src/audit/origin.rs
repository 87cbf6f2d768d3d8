use crate::{AuditParty, SessionId, SessionOrigin, UserId};

/// The actor of a request, and where the request came from. The default is an unknown stranger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditOrigin {
    /// The actor; `None` if nobody is authenticated.
    pub actor: Option<AuditParty>,
    /// The label of the device and the network (an IPv4 /24 or an IPv6 /48); empty where there is no client.
    pub client: SessionOrigin,
    /// The id of the request.
    pub request_id: Option<String>,
    /// The session of the call.
    pub session_id: Option<SessionId>,
    /// The user in whose place the actor acts, where that is somebody else.
    pub impersonated: Option<UserId>,
    /// Whether one of our pages makes the call: then it opens a session of pages, whose token is only for pages.
    pub is_page: bool,
}

impl AuditOrigin {
    /// An operator at the command line.
    pub fn operator() -> Self {
        Self { actor: Some(AuditParty::operator()), ..Self::default() }
    }

    /// The same request, in a session of this user.
    #[must_use]
    pub fn in_session(self, user: UserId, session: SessionId) -> Self {
        Self { session_id: Some(session), ..self.acting_as(AuditParty::user(user)) }
    }

    /// The same request, in an impersonation of this user.
    #[must_use]
    pub fn impersonating(self, user: UserId, session: SessionId, impersonator: UserId) -> Self {
        Self { impersonated: Some(user), ..self.in_session(impersonator, session) }
    }

    /// The same, saying nothing of the client and its request.
    #[must_use]
    pub fn without_client(self) -> Self {
        Self { client: SessionOrigin::default(), request_id: None, ..self }
    }

    /// The same request, by an authenticated actor.
    #[must_use]
    pub fn acting_as(self, actor: AuditParty) -> Self {
        Self { actor: Some(actor), ..self }
    }
}

impl From<SessionOrigin> for AuditOrigin {
    fn from(client: SessionOrigin) -> Self {
        Self { client, ..Self::default() }
    }
}

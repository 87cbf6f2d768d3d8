use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::{AuditOrigin, Permission, SessionId, User};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_services::{Caller, CallerSession};

use crate::current_user::authenticate;
use crate::denial::record_denial;
use crate::request_origin::origin_of;

/// The user as [`CurrentUser`](crate::CurrentUser), and the session whose access token came with the request. Nobody who
/// acts in place of the user: for them is [`AnySession`](crate::AnySession).
pub struct CurrentSession {
    /// The user.
    pub user: Arc<User>,
    /// The session.
    pub id: SessionId,
    pub(crate) session: CallerSession,
}

impl CurrentSession {
    /// The origin of the request for the audit log, with the actor.
    pub fn act(&self, origin: AuditOrigin) -> AuditOrigin {
        self.session.act(self.user.id, origin)
    }

    /// Refuses an impersonator, with an audit entry.
    ///
    /// # Errors
    /// [`Problem::Impersonated`].
    pub async fn require_own(&self, request: &HttpRequest) -> Result<(), ApiError> {
        if !self.is_impersonation() {
            return Ok(());
        }
        record_denial(&self.act(origin_of(request)), request, "impersonated", None).await;
        Err(Problem::Impersonated.into())
    }

    /// Whether somebody acts in place of the user.
    pub fn is_impersonation(&self) -> bool {
        self.session.impersonator.is_some()
    }

    /// The session of the request, whoever acts in it.
    pub(crate) async fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let caller = authenticate(request).await?;
        let session = require_session(&caller, request, None).await?;
        let user = caller.user().cloned().ok_or(Problem::SessionRequired)?;
        Ok(Self { user, id: session.id, session })
    }
}

impl FromRequest for CurrentSession {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let current = Self::of(&request).await?;
            current.require_own(&request).await?;
            Ok(current)
        })
    }
}

/// Refuses a caller without a session, such as an API key, and tells the audit log.
pub(crate) async fn require_session(
    caller: &Caller,
    request: &HttpRequest,
    permission: Option<Permission>,
) -> Result<CallerSession, ApiError> {
    if let Some(session) = caller.session() {
        return Ok(session);
    }
    record_denial(&caller.act(origin_of(request)), request, "session_required", permission).await;
    Err(Problem::SessionRequired.into())
}

impl DeclaresProblems for CurrentSession {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unauthorized, Problem::SessionRequired, Problem::Impersonated, Problem::Unavailable]
    }
}

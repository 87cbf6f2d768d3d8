use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::{AuditOrigin, SessionId, User};
use ore_services::CallerSession;

use super::current_user::authenticate;
use crate::error::{ApiError, Problem, Refuses};

/// The user as [`CurrentUser`](super::CurrentUser), and the session whose access token came with the request. Nobody who
/// acts in place of the user: for them is [`AnySession`](super::AnySession).
pub struct CurrentSession {
    /// The user.
    pub user: Arc<User>,
    /// The session.
    pub id: SessionId,
    pub(super) session: CallerSession,
}

impl CurrentSession {
    /// What the audit log tells of the request, now that it is known who acts.
    pub fn act(&self, origin: AuditOrigin) -> AuditOrigin {
        self.session.act(self.user.id, origin)
    }

    /// Whether somebody acts in place of the user.
    pub fn is_impersonation(&self) -> bool {
        self.session.impersonator.is_some()
    }

    /// The session of the request, whoever acts in it.
    pub(super) async fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let caller = authenticate(request).await?;
        let session = caller.session().zip(caller.user().cloned());
        let (session, user) = session.ok_or(Problem::SessionRequired)?;
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
            if current.is_impersonation() { Err(Problem::Impersonated.into()) } else { Ok(current) }
        })
    }
}

impl Refuses for CurrentSession {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unauthorized, Problem::SessionRequired, Problem::Impersonated, Problem::Unavailable]
    }
}

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::{AuditOrigin, SessionId, Timestamp, User};
use ore_services::CallerSession;

use super::current_user::authenticate;
use crate::error::{ApiError, Problem, Refuses};

/// The user as [`CurrentUser`](super::CurrentUser), and the session whose access token came with the request.
pub struct CurrentSession {
    /// The user.
    pub user: Arc<User>,
    /// The session.
    pub id: SessionId,
    /// When the user authenticated for it.
    pub authenticated_at: Timestamp,
}

impl CurrentSession {
    /// What the audit log tells of the request, now that it is known who acts.
    pub fn act(&self, origin: AuditOrigin) -> AuditOrigin {
        origin.in_session(self.user.id, self.id)
    }
}

impl FromRequest for CurrentSession {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = authenticate(&request).await?;
            let session = caller.session().zip(caller.user().cloned());
            let (CallerSession { id, authenticated_at }, user) = session.ok_or(Problem::SessionRequired)?;
            Ok(Self { user, id, authenticated_at })
        })
    }
}

impl Refuses for CurrentSession {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unauthorized, Problem::SessionRequired, Problem::Unavailable]
    }
}

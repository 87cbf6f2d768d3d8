use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};
use ore_domain::AuditOrigin;
use ore_services::OwnSession;
use ore_web::error::{ApiError, Problem};
use ore_web::extract::{CurrentSession, require_enrolled_session};

use crate::return_path::{enrolment_path, login_path};
use crate::visit::{Visit, append_token, see_other};

/// A visit by somebody who is signed in; others are led to the log-in. Who must get a second factor first is led to where
/// they do.
pub(crate) struct Member {
    visit: Visit,
    pub(crate) current: CurrentSession,
}

impl Deref for Member {
    type Target = Visit;

    fn deref(&self) -> &Visit {
        &self.visit
    }
}

impl FromRequest for Member {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let mut visit = Visit::extract(&request).await?;
            let to_login = || InternalError::from_response("nobody is signed in", see_other(&login_path(&request)));
            let current = visit.session.take().ok_or_else(to_login)?;
            match require_enrolled_session(&current, &request) {
                Ok(()) => Ok(Self { visit, current }),
                Err(error) if error.problem() == Some(Problem::MfaEnrolmentRequired) => {
                    let response = see_other(&enrolment_path(&request));
                    Err(InternalError::from_response("the user needs a second factor", response).into())
                }
                Err(error) => Err(error.into()),
            }
        })
    }
}

impl Member {
    /// Has the browser go on with another cookie, after a change of what its user logs in with.
    pub(crate) async fn go_on(&self, mut response: HttpResponse) -> Result<HttpResponse, ApiError> {
        let session = self.services.sessions.replace_token(self.current.user.id, self.current.id).await?;
        append_token(&mut response, &session);
        Ok(response)
    }

    /// The origin of the request for the audit log.
    pub(crate) fn act(&self) -> AuditOrigin {
        self.current.act(self.visit.origin())
    }

    /// The session, for what changes its user's factors.
    pub(crate) fn own(&self) -> OwnSession {
        OwnSession { user: self.current.user.id, session: self.current.id, locale: self.visit.locale }
    }

    /// Whether the user must get a second factor before anything else.
    pub(crate) fn awaits_enrolment(&self) -> bool {
        self.services.authentication.awaits_enrolment(&self.current.user)
    }
}

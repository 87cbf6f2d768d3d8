use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};
use ore_domain::{AuditOrigin, PermissionSet};
use ore_errors::{ApiError, Problem};
use ore_extract::{CurrentSession, admit_credentials, require_enrolled_session};
use ore_services::{FactorError, OwnPasswordError, OwnSession};
use ore_web::credential_log::CredentialCall;

use crate::page_request::{PageRequest, append_token, see_other};
use crate::return_path::{enrolment_path, login_path};

/// A request for a page, by a user who is signed in. Others are redirected to the log-in. A user who must get a second
/// factor first is redirected to the page for that.
pub(crate) struct PageSession {
    page: PageRequest,
    pub(crate) current: CurrentSession,
}

impl Deref for PageSession {
    type Target = PageRequest;

    fn deref(&self) -> &PageRequest {
        &self.page
    }
}

impl FromRequest for PageSession {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let mut page = PageRequest::extract(&request).await?;
            let to_login = || InternalError::from_response("nobody is signed in", see_other(&login_path(&request)));
            let current = page.session.take().ok_or_else(to_login)?;
            match require_enrolled_session(&current, &request).await {
                Ok(()) => Ok(Self { page, current }),
                Err(error) if error.problem() == Some(Problem::MfaEnrolmentRequired) => {
                    let response = see_other(&enrolment_path(&request));
                    Err(InternalError::from_response("the user needs a second factor", response).into())
                }
                Err(error) => Err(error.into()),
            }
        })
    }
}

impl PageSession {
    /// Gives the browser a new cookie, after a change of the credentials of its user.
    pub(crate) async fn with_new_cookie(&self, mut response: HttpResponse) -> Result<HttpResponse, ApiError> {
        let session = self.services.sessions.replace_token(self.current.user.id, self.current.id).await?;
        append_token(&mut response, &session);
        Ok(response)
    }

    /// The permissions of the user.
    pub(crate) fn permissions(&self) -> PermissionSet {
        self.context.permissions
    }

    /// The origin of the request for the audit log, with the user as the actor.
    pub(crate) fn act(&self) -> AuditOrigin {
        self.current.act(self.page.origin())
    }

    /// The session, for use cases that change the factors of its user.
    pub(crate) fn own(&self) -> OwnSession {
        OwnSession { user: self.current.user.id, session: self.current.id, locale: self.page.locale }
    }

    /// Refuses a call that adds, changes or removes a credential of the user, unless the limits admit it.
    pub(crate) async fn admit(&self, call: CredentialCall) -> Result<(), ApiError> {
        admit_credentials(&self.request, call, Some(self.current.user.email.canonical())).await
    }

    /// Logs the result of a call that checks the password of the user.
    pub(crate) fn log_own_password<T>(
        &self,
        call: CredentialCall,
        result: Result<T, OwnPasswordError>,
    ) -> Result<T, ApiError> {
        self.state.credential_log.own_password(call, &self.current.user, &result);
        if let Err(OwnPasswordError::Throttled { .. }) = result {
            self.count_throttled();
        }
        Ok(result?)
    }

    /// Logs the result of a call that changes the second factors of the user.
    pub(crate) fn log_factor_change<T>(
        &self,
        call: CredentialCall,
        result: Result<T, FactorError>,
    ) -> Result<T, ApiError> {
        self.state.credential_log.factors(call, self.current.user.id, &result);
        Ok(result?)
    }

    /// Whether the user must get a second factor before anything else.
    pub(crate) fn awaits_enrolment(&self) -> bool {
        self.services.authentication.awaits_enrolment(&self.current.user)
    }
}

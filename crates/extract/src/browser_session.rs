use actix_web::HttpRequest;
use actix_web::web::Data;
use ore_domain::{Permission, RequiredPermission};
use ore_errors::{ApiError, Problem};
use ore_services::{AuthenticateError, Caller, Credential, Identity, RefreshError, RefreshRefusal, Services};
use ore_telemetry::metrics::Metrics;
use ore_web::context::RequestContext;
use ore_web::state::ApiState;

use crate::current_user::{record_caller, require_enrolled};
use crate::permitted::require;
use crate::reauthenticated::{require_factor, require_fresh};
use crate::request_origin::origin_of;
use crate::{CurrentSession, Permitted, page_cookie};

/// The session of a browser.
pub struct BrowserSession {
    /// In which the request is made.
    pub current: CurrentSession,
    /// The session of the cookie, if its user acts as the user of the current session.
    pub impersonator: Option<CurrentSession>,
}

/// The session in the cookie of a browser, if it has a valid one; or the one of another user, as whom its user acts for
/// now. That rests on the one of the cookie alone: the browser holds nothing of it. A token that was replaced ends its
/// session, since it was stolen.
///
/// # Errors
/// What the store refuses.
pub async fn browser_session(request: &HttpRequest) -> Result<Option<BrowserSession>, ApiError> {
    let Some(token) = page_cookie::presented(request) else { return Ok(None) };
    let services = request.app_data::<Data<Services>>().ok_or(Problem::InternalError)?;
    match services.authentication.authenticate_browser(&token).await {
        Ok(caller) => {
            let acting = services.authentication.find_impersonation_by(&caller).await?;
            record_caller(acting.as_ref().unwrap_or(&caller));
            let (own, acting) = (current_of(&caller), acting.as_ref().and_then(current_of));
            Ok(match (acting, own) {
                (Some(current), impersonator) => Some(BrowserSession { current, impersonator }),
                (None, own) => own.map(|current| BrowserSession { current, impersonator: None }),
            })
        }
        Err(AuthenticateError::Store(error)) => Err(error.into()),
        Err(AuthenticateError::ReplacedToken(_)) => {
            end_reused(request, services, &token).await?;
            Ok(None)
        }
        Err(_) => Ok(None),
    }
}

fn current_of(caller: &Caller) -> Option<CurrentSession> {
    let (user, session) = (caller.user().cloned()?, caller.session()?);
    Some(CurrentSession { user, id: session.id, session })
}

/// The user of a session as somebody with the permission `P`.
///
/// # Errors
/// [`ApiError::MissingPermission`], and [`Problem::Impersonated`] for a permission that changes who may do what.
pub async fn permit_session<P: RequiredPermission>(
    current: &CurrentSession,
    request: &HttpRequest,
) -> Result<Permitted<P>, ApiError> {
    Permitted::of(&caller_of(current), request).await
}

/// Refuses the user of a session who may not do everything.
///
/// # Errors
/// As [`permit_session`].
pub async fn require_every_permission(current: &CurrentSession, request: &HttpRequest) -> Result<(), ApiError> {
    let caller = caller_of(current);
    for permission in Permission::ALL {
        require(&caller, *permission, request).await?;
    }
    Ok(())
}

fn caller_of(current: &CurrentSession) -> Caller {
    Caller {
        identity: Identity::User(current.user.clone()),
        credential: Credential::Session(current.session),
        permissions: current.user.roles.permissions(),
    }
}

async fn end_reused(request: &HttpRequest, services: &Services, token: &str) -> Result<(), ApiError> {
    let context = RequestContext::of(request).ok_or(Problem::InternalError)?;
    let refusal = services.sessions.end_replaced(token, context.locale, &origin_of(request)).await?;
    if let Some(state) = request.app_data::<Data<ApiState>>() {
        state.credential_log.refused_refresh(&RefreshError::Invalid(refusal));
    }
    if let (RefreshRefusal::Reused(..), Some(metrics)) = (refusal, request.app_data::<Data<Metrics>>()) {
        metrics.sessions.reused.inc();
    }
    Ok(())
}

/// Refuses a session whose user has not authenticated lately.
///
/// # Errors
/// [`ApiError::ReauthenticationRequired`].
pub async fn require_fresh_session(current: &CurrentSession, request: &HttpRequest) -> Result<(), ApiError> {
    require_fresh(&current.act(origin_of(request)), current.session, current.user.factors, request).await
}

/// Refuses a session that began without the second factor that its user has, for what the password alone suffices otherwise.
///
/// # Errors
/// [`ApiError::ReauthenticationRequired`].
pub fn require_shown_factor(current: &CurrentSession, request: &HttpRequest) -> Result<(), ApiError> {
    require_factor(current.session, current.user.factors, request)
}

/// Refuses a session whose user must get a second factor first, but where they can, and tells the audit log.
///
/// # Errors
/// [`Problem::MfaEnrolmentRequired`].
pub async fn require_enrolled_session(current: &CurrentSession, request: &HttpRequest) -> Result<(), ApiError> {
    let services = request.app_data::<Data<Services>>().ok_or(Problem::InternalError)?;
    require_enrolled(&caller_of(current), request, services).await
}

use actix_web::HttpRequest;
use actix_web::web::Data;
use ore_services::{AuthenticateError, RefreshError, RefreshRefusal, Services};
use ore_telemetry::metrics::Metrics;

use super::CurrentSession;
use super::current_user::{admits_enrolment, note_caller};
use super::reauthenticated::{require_factor, require_fresh};
use super::request_origin::origin_of;
use crate::context::RequestContext;
use crate::error::{ApiError, Problem};
use crate::page_cookie;
use crate::state::ApiState;

/// The session in the cookie of a browser, if it has one that counts. A token that was replaced ends its session, since it was
/// stolen.
///
/// # Errors
/// What the store refuses.
pub async fn browser_session(request: &HttpRequest) -> Result<Option<CurrentSession>, ApiError> {
    let Some(token) = page_cookie::presented(request) else { return Ok(None) };
    let services = request.app_data::<Data<Services>>().ok_or(Problem::InternalError)?;
    match services.authentication.authenticate_browser(&token).await {
        Ok(caller) => {
            let (Some(user), Some(session)) = (caller.user().cloned(), caller.session()) else { return Ok(None) };
            note_caller(&caller);
            Ok(Some(CurrentSession { user, id: session.id, session }))
        }
        Err(AuthenticateError::Store(error)) => Err(error.into()),
        Err(AuthenticateError::ReplacedToken(_)) => {
            end_reused(request, services, &token).await?;
            Ok(None)
        }
        Err(_) => Ok(None),
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

/// Refuses a session whose user must get a second factor first, but where they can.
///
/// # Errors
/// [`Problem::MfaEnrolmentRequired`].
pub fn require_enrolled_session(current: &CurrentSession, request: &HttpRequest) -> Result<(), ApiError> {
    let services = request.app_data::<Data<Services>>().ok_or(Problem::InternalError)?;
    if services.authentication.awaits_enrolment(&current.user) && !admits_enrolment(request) {
        return Err(Problem::MfaEnrolmentRequired.into());
    }
    Ok(())
}

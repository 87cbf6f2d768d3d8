use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::{AuditOrigin, AuditParty, Factors, UserId};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_services::{Actor, CallerSession};
use ore_web::state::ApiState;

use crate::CurrentSession;
use crate::denial::record_denial;
use crate::request_origin::origin_of;

/// As [`CurrentSession`], for a user who has authenticated a short while ago (RFC 9470), with a second factor if they have one.
/// Nobody has in an impersonation.
pub struct Reauthenticated(pub CurrentSession);

impl FromRequest for Reauthenticated {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let current = CurrentSession::of(&request).await?;
            require_fresh(&current.act(origin_of(&request)), current.session, current.user.factors, &request).await?;
            Ok(Self(current))
        })
    }
}

/// What users do to themselves as administrators takes what it takes on their own account: a session whose user has authenticated
/// lately.
///
/// # Errors
/// [`ApiError::ReauthenticationRequired`], and as [`CurrentSession`] says.
pub async fn require_fresh_of_oneself(actor: &Actor, user: UserId, request: &HttpRequest) -> Result<(), ApiError> {
    if actor.origin.actor != Some(AuditParty::user(user)) || actor.key_owner.is_some() {
        return Ok(());
    }
    let current = CurrentSession::of(request).await?;
    require_fresh(&actor.origin, current.session, current.user.factors, request).await
}

/// Refuses a session whose user has not authenticated lately, which nobody has who acts in place of another.
pub(crate) async fn require_fresh(
    origin: &AuditOrigin,
    session: CallerSession,
    factors: Factors,
    request: &HttpRequest,
) -> Result<(), ApiError> {
    let state = request.app_data::<Data<ApiState>>().ok_or(Problem::InternalError)?;
    let is_impersonated = session.impersonator.is_some();
    let is_fresh = is_sufficient(session, factors) && state.clock.now() <= session.authenticated_at + state.reauth;
    if is_fresh && !is_impersonated {
        return Ok(());
    }
    let reason = if is_impersonated { "impersonated" } else { "reauthentication_required" };
    record_denial(origin, request, reason, None).await;
    Err(ApiError::ReauthenticationRequired { max_age: state.reauth })
}

/// Refuses a session that began without the second factor that its user has.
pub(crate) fn require_factor(session: CallerSession, factors: Factors, request: &HttpRequest) -> Result<(), ApiError> {
    if is_sufficient(session, factors) {
        return Ok(());
    }
    let state = request.app_data::<Data<ApiState>>().ok_or(Problem::InternalError)?;
    Err(ApiError::ReauthenticationRequired { max_age: state.reauth })
}

/// A user with a second factor has shown it in the session.
const fn is_sufficient(session: CallerSession, factors: Factors) -> bool {
    session.has_second_factor || !factors.has_second_factor()
}

impl DeclaresProblems for Reauthenticated {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unauthorized, Problem::SessionRequired, Problem::Unavailable]
    }
}

use std::future::Future;
use std::pin::Pin;
use std::str::{self, Utf8Error};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::User;
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_services::{Caller, Services};
use ore_telemetry::LogContext;
use ore_web::context::RequestContext;
use ore_web::middleware::X_API_KEY;

use crate::denial::record_denial;
use crate::request_origin::origin_of;

/// The active user whose bearer token (RFC 6750, 2.1) or API key came with the request.
///
/// A handler that names it in its signature answers nobody else.
pub struct CurrentUser(pub Arc<User>);

impl FromRequest for CurrentUser {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = authenticate(&request).await?;
            Ok(Self(caller.user().cloned().ok_or(Problem::NotAUser)?))
        })
    }
}

/// Whom the bearer token or the API key of the request speaks for.
pub(crate) async fn authenticate(request: &HttpRequest) -> Result<Caller, ApiError> {
    let services = request.app_data::<Data<Services>>().ok_or(Problem::InternalError)?;
    let refused = |error: Utf8Error| ApiError::InvalidToken(error.into());
    let caller = if let Some(key) = request.headers().get(X_API_KEY) {
        if request.headers().contains_key(AUTHORIZATION) {
            return Err(Problem::BadRequest.into());
        }
        let key = str::from_utf8(key.as_bytes()).map_err(refused)?;
        services.authentication.authenticate_key(key).await?
    } else {
        let token = bearer_token(request).ok_or(Problem::Unauthorized)?.map_err(refused)?;
        services.authentication.authenticate(token).await?
    };
    record_caller(&caller);
    require_enrolled(&caller, request, services).await?;
    Ok(caller)
}

/// Tells the log who calls.
pub(crate) fn record_caller(caller: &Caller) {
    if let Some(user) = caller.user() {
        LogContext::record_current_user(user.id.get());
    }
    if let Some(impersonator) = caller.impersonator() {
        LogContext::record_current_impersonator(impersonator.get());
    }
}

/// Refuses who must get a second factor first, but for a session where it can, and tells the audit log.
pub(super) async fn require_enrolled(
    caller: &Caller,
    request: &HttpRequest,
    services: &Services,
) -> Result<(), ApiError> {
    let is_enough = caller.user().is_none_or(|user| !services.authentication.awaits_enrolment(user));
    if is_enough || caller.session().is_some() && admits_enrolment(request) {
        return Ok(());
    }
    record_denial(&caller.act(origin_of(request)), request, "mfa_enrolment_required", None).await;
    Err(Problem::MfaEnrolmentRequired.into())
}

fn admits_enrolment(request: &HttpRequest) -> bool {
    RequestContext::of(request).is_some_and(|context| context.admits_enrolment())
}

/// Whether the request presents anything at all.
pub(crate) fn has_credentials(request: &HttpRequest) -> bool {
    request.headers().contains_key(AUTHORIZATION) || request.headers().contains_key(X_API_KEY)
}

impl DeclaresProblems for CurrentUser {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unauthorized, Problem::NotAUser, Problem::Unavailable]
    }
}

/// The scheme is compared without case and any number of spaces may follow it (RFC 9110, 11.1 and 11.4); other schemes are
/// no credentials to us.
fn bearer_token(request: &HttpRequest) -> Option<Result<&str, Utf8Error>> {
    let value = request.headers().get(AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked("bearer ".len())?;
    let spaces = token.iter().take_while(|byte| **byte == b' ').count();
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| str::from_utf8(&token[spaces..]))
}

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use ore_services::CallerSession;

use super::CurrentSession;
use crate::error::{ApiError, Problem, Refuses};
use crate::state::ApiState;

/// As [`CurrentSession`], for a user who has authenticated a short while ago (RFC 9470). Nobody has in an impersonation.
pub struct Reauthenticated(pub CurrentSession);

impl FromRequest for Reauthenticated {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let current = CurrentSession::of(&request).await?;
            require_fresh(current.session, &request)?;
            Ok(Self(current))
        })
    }
}

pub(super) fn require_fresh(session: CallerSession, request: &HttpRequest) -> Result<(), ApiError> {
    let state = request.app_data::<Data<ApiState>>().ok_or(Problem::InternalError)?;
    let is_fresh = state.clock.now() <= session.authenticated_at + state.reauth;
    if is_fresh && session.impersonator.is_none() {
        Ok(())
    } else {
        Err(ApiError::ReauthenticationRequired { max_age: state.reauth })
    }
}

impl Refuses for Reauthenticated {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unauthorized, Problem::SessionRequired, Problem::Unavailable]
    }
}

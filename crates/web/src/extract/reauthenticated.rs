use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use super::CurrentSession;
use crate::error::{ApiError, Problem, Refuses};
use crate::state::ApiState;

/// As [`CurrentSession`], for a user who has authenticated a short while ago (RFC 9470).
pub struct Reauthenticated(pub CurrentSession);

impl FromRequest for Reauthenticated {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let session = CurrentSession::from_request(&request, &mut Payload::None).await?;
            let state = request.app_data::<Data<ApiState>>().ok_or(Problem::InternalError)?;
            let now = state.clock.now();
            if now <= session.authenticated_at + state.reauth {
                Ok(Self(session))
            } else {
                Err(ApiError::ReauthenticationRequired { max_age: state.reauth })
            }
        })
    }
}

impl Refuses for Reauthenticated {
    fn problems() -> Vec<Problem> {
        CurrentSession::problems()
    }
}

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_web::state::ApiState;
use zeroize::Zeroizing;

use crate::CurrentSession;
use crate::refresh_cookie;

/// The sessions that a request is to end: that of its access token, that of its cookie, or both.
pub struct LogOut {
    /// The session of the access token.
    pub session: Option<CurrentSession>,
    /// The refresh token in the cookie.
    pub cookie: Option<Zeroizing<String>>,
}

impl FromRequest for LogOut {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = request.app_data::<Data<ApiState>>().ok_or(Problem::InternalError)?;
            let session = CurrentSession::of(&request).await;
            if session.as_ref().is_ok_and(CurrentSession::is_impersonation) {
                // The cookie is that of the impersonator, whose session goes on.
                return Ok(Self { session: session.ok(), cookie: None });
            }
            let Some(cookie) = refresh_cookie::presented(&request)? else {
                return Ok(Self { session: Some(session?), cookie: None });
            };
            match (refresh_cookie::require_same_site(&request, &state.origins), session) {
                (Ok(()), session) => Ok(Self { session: session.ok(), cookie: Some(cookie) }),
                (Err(_), Ok(session)) => Ok(Self { session: Some(session), cookie: None }),
                (Err(problem), Err(_)) => Err(problem.into()),
            }
        })
    }
}

impl DeclaresProblems for LogOut {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unauthorized, Problem::SessionRequired, Problem::Unavailable, Problem::CrossSite]
    }
}

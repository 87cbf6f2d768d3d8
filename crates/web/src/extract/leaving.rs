use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest};
use zeroize::Zeroizing;

use super::{CurrentSession, RefreshToken};
use crate::error::{ApiError, Problem, Refuses};
use crate::refresh_cookie;

/// The session that a request is to end.
pub struct Leaving {
    /// What names it.
    pub session: LeavingSession,
    /// Whether there is a cookie to clear.
    pub has_cookie: bool,
}

/// What names a session that is to end.
pub enum LeavingSession {
    /// Its access token.
    OfCaller(CurrentSession),
    /// Its refresh token in the cookie.
    OfCookie(Zeroizing<String>),
}

impl FromRequest for Leaving {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let has_cookie = refresh_cookie::presented(&request)?.is_some();
            let session = if has_cookie && !request.headers().contains_key(AUTHORIZATION) {
                let RefreshToken { token, .. } = RefreshToken::from_request(&request, &mut Payload::None).await?;
                LeavingSession::OfCookie(token)
            } else {
                LeavingSession::OfCaller(CurrentSession::from_request(&request, &mut Payload::None).await?)
            };
            Ok(Self { session, has_cookie })
        })
    }
}

impl Refuses for Leaving {
    fn problems() -> Vec<Problem> {
        let mut problems = CurrentSession::problems();
        problems.push(Problem::CrossSite);
        problems
    }
}

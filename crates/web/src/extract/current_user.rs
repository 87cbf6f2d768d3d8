use std::future::Future;
use std::pin::Pin;
use std::str::{self, Utf8Error};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::User;
use ore_services::{Caller, Services};
use ore_telemetry::LogContext;

use crate::error::{ApiError, Problem, Refuses};

/// The active user whose bearer token came with the request (RFC 6750, 2.1).
///
/// A handler that names it in its signature answers nobody else.
pub struct CurrentUser(pub Arc<User>);

impl FromRequest for CurrentUser {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(authenticate(&request).await?.user)) })
    }
}

/// Whom the bearer token of the request speaks for.
pub(super) async fn authenticate(request: &HttpRequest) -> Result<Caller, ApiError> {
    let token = bearer_token(request).ok_or(Problem::Unauthorized)?;
    let token = token.map_err(|error| ApiError::InvalidToken(error.into()))?;
    let services = request.app_data::<Data<Services>>().ok_or(Problem::InternalError)?;
    let caller = services.authentication.authenticate(token).await?;
    LogContext::note_current_user(caller.user.id.get());
    Ok(caller)
}

impl Refuses for CurrentUser {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unauthorized, Problem::Unavailable]
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

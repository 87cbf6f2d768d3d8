use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_schemas::RefreshRequest;
use ore_web::state::ApiState;
use zeroize::Zeroizing;

use crate::OptionalBody;
use crate::refresh_cookie;

/// The refresh token that came with the request, in its body or in the cookie.
pub struct RefreshToken {
    /// The token, as it came.
    pub token: Zeroizing<String>,
    /// Whether it came in the cookie.
    pub is_cookie: bool,
}

impl FromRequest for RefreshToken {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, body) = (request.clone(), OptionalBody::<RefreshRequest>::from_request(request, payload));
        Box::pin(async move {
            let OptionalBody(body) = body.await?;
            match (body, refresh_cookie::presented(&request)?) {
                (Some(_), Some(_)) => Err(Problem::BadRequest.into()),
                (Some(body), None) => Ok(Self { token: body.refresh_token, is_cookie: false }),
                (None, Some(token)) => {
                    let state = request.app_data::<Data<ApiState>>().ok_or(Problem::InternalError)?;
                    refresh_cookie::require_same_site(&request, &state.origins)?;
                    Ok(Self { token, is_cookie: true })
                }
                (None, None) => Err(Problem::Unauthorized.into()),
            }
        })
    }
}

impl DeclaresProblems for RefreshToken {
    fn problems() -> Vec<Problem> {
        let mut problems = OptionalBody::<RefreshRequest>::problems();
        problems.extend([Problem::BadRequest, Problem::Unauthorized, Problem::CrossSite, Problem::Unavailable]);
        problems
    }
}

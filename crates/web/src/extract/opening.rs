use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::USER_AGENT;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::{SessionOrigin, network_of};

use crate::context::RequestContext;
use crate::device;
use crate::error::{ApiError, Problem, Refuses};
use crate::refresh_cookie;

/// What a request that opens a session says of its client.
pub struct Opening {
    /// Where the session is opened from.
    pub origin: SessionOrigin,
    /// Whether the refresh token is to come in the cookie.
    pub wants_cookie: bool,
}

impl FromRequest for Opening {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let user_agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let client = RequestContext::of(request).and_then(|context| context.client);
        let origin =
            SessionOrigin { device: device::label(user_agent), address: client.map(network_of).unwrap_or_default() };
        ready(Ok(Self { origin, wants_cookie: refresh_cookie::is_wanted(request) }))
    }
}

impl Refuses for Opening {
    fn problems() -> Vec<Problem> {
        Vec::new()
    }
}

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::AuditOrigin;
use ore_errors::{ApiError, DeclaresProblems, Problem, set_cookie};
use ore_web::state::ApiState;
use zeroize::Zeroizing;

use crate::refresh_cookie::{self, only_cookie, require_same_site};
use crate::request_origin::origin_of;

/// The client of a request that opens a session.
pub struct SessionClient {
    /// The network and the device.
    pub origin: AuditOrigin,
    /// Whether the refresh token is to come in the cookie, and the device token.
    pub wants_cookie: bool,
    /// The device token in the cookie, if the request wants cookies and may rest on them.
    pub device_cookie: Option<Zeroizing<String>>,
    /// The refresh token in the cookie, in the same case.
    pub refresh_cookie: Option<Zeroizing<String>>,
}

impl FromRequest for SessionClient {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let wants_cookie = refresh_cookie::is_wanted(request);
        let cookie = |name| if wants_cookie { own_cookie(request, name) } else { None };
        let (device_cookie, refresh_cookie) = (cookie(set_cookie::DEVICE), cookie(set_cookie::NAME));
        ready(Ok(Self { origin: origin_of(request), wants_cookie, device_cookie, refresh_cookie }))
    }
}

/// A page of another site is not answered as a known device is. It may log in all the same, which rests on no cookie.
fn own_cookie(request: &HttpRequest, name: &str) -> Option<Zeroizing<String>> {
    let state = request.app_data::<Data<ApiState>>()?;
    require_same_site(request, &state.origins).ok()?;
    only_cookie(request, name).ok().flatten()
}

impl DeclaresProblems for SessionClient {
    fn problems() -> Vec<Problem> {
        Vec::new()
    }
}

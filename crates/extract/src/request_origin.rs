use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::USER_AGENT;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::{AuditOrigin, SessionOrigin, network_of};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_web::context::RequestContext;

use crate::device;

/// What the audit log tells of a request, as of a stranger: handlers add who acts, with
/// [`CurrentSession::act`](crate::CurrentSession::act) or [`AuditOrigin::acting_as`].
pub struct RequestOrigin(pub AuditOrigin);

impl FromRequest for RequestOrigin {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(origin_of(request))))
    }
}

impl DeclaresProblems for RequestOrigin {
    fn problems() -> Vec<Problem> {
        Vec::new()
    }
}

/// The origin of a request for the audit log, without an actor.
pub fn origin_of(request: &HttpRequest) -> AuditOrigin {
    let user_agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let context = RequestContext::of(request);
    let address = context.as_ref().and_then(|context| context.client).map(network_of).unwrap_or_default();
    let request_id = context.map(|context| context.id().to_owned());
    let client = SessionOrigin { device: device::label(user_agent), address };
    AuditOrigin { request_id, ..AuditOrigin::from(client) }
}

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{ACCESS_CONTROL_REQUEST_METHOD, LOCATION};

use crate::context::RequestContext;
use crate::https_rule::Verdict;
use crate::state::ApiState;

/// The verdict on the request, over plain HTTP or not.
pub(super) fn decide(state: &ApiState, request: &ServiceRequest) -> Verdict {
    let is_https = RequestContext::of(request).is_some_and(|context| context.is_https);
    if is_https { Verdict::Serve } else { state.https_rule.decide(request.method(), request.path()) }
}

/// Whether the request is a preflight that must not be granted: the browser would go on and send its secrets in the
/// clear.
pub(super) fn is_forbidden_preflight(state: &ApiState, request: &ServiceRequest) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        && decide(state, request) != Verdict::Serve
}

/// Not permanent: browsers would remember a public URL that was configured wrongly.
pub(super) fn redirect(url: String) -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((LOCATION, url)).finish()
}

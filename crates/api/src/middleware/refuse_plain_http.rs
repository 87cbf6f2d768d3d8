use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ACCESS_CONTROL_REQUEST_METHOD, LOCATION};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};

use crate::context::RequestContext;
use crate::error::{ApiError, Problem};
use crate::https_rule::Verdict;
use crate::state::ApiState;

/// Inside CORS, so that pages of other origins can read why they are refused.
pub(crate) async fn refuse_plain_http(
    state: Data<ApiState>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match judge(&state, &request) {
        Verdict::Serve => Ok(next.call(request).await?.map_into_boxed_body()),
        Verdict::Refuse => Ok(request.error_response(ApiError::from(Problem::HttpsRequired))),
        Verdict::Redirect(url) => {
            // Not permanent: browsers would remember a public URL that was configured wrongly.
            let response = HttpResponse::TemporaryRedirect().insert_header((LOCATION, url)).finish();
            Ok(request.into_response(response))
        }
    }
}

/// Outside of CORS, which would grant a preflight: the browser would go on and send its secrets in the clear.
pub(crate) async fn refuse_plain_preflights(
    state: Data<ApiState>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if is_preflight && judge(&state, &request) != Verdict::Serve {
        return Ok(request.error_response(ApiError::from(Problem::HttpsRequired)));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

fn judge(state: &ApiState, request: &ServiceRequest) -> Verdict {
    let is_https = RequestContext::of(request).is_some_and(|context| context.is_https);
    if is_https { Verdict::Serve } else { state.https_rule.judge(request.method(), request.path()) }
}

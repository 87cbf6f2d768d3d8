use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::LOCATION;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};

use crate::context::RequestContext;
use crate::error::{ApiError, Problem};
use crate::https_rule::Verdict;
use crate::state::ApiState;

/// Outside of everything that answers: over plain HTTP not even a preflight is.
pub(crate) async fn refuse_plain_http(
    state: Data<ApiState>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_https = RequestContext::of(&request).is_some_and(|context| context.is_https);
    let verdict = if is_https { Verdict::Serve } else { state.https_rule.judge(request.method(), request.path()) };
    match verdict {
        Verdict::Serve => Ok(next.call(request).await?.map_into_boxed_body()),
        Verdict::Refuse => Ok(request.error_response(ApiError::from(Problem::HttpsRequired))),
        Verdict::Redirect(url) => {
            // Not permanent: browsers would remember a public URL that was configured wrongly.
            let response = HttpResponse::TemporaryRedirect().insert_header((LOCATION, url)).finish();
            Ok(request.into_response(response))
        }
    }
}

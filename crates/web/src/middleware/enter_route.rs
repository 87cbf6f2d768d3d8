use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use futures_util::FutureExt;
use ore_errors::ApiError;

use crate::context::RequestContext;

/// Runs around each route. It records which route it is and whether it serves users who must get a second factor first.
/// It makes a panic a 500, so that the process lives. The panic hook has logged it.
///
/// Not around the whole application, because the router needs the request for itself while it routes.
///
/// # Errors
/// Those of the route; a panic of the handler is [`ApiError::Panicked`].
pub async fn enter_route(
    route: Rc<str>,
    admits_enrolment: bool,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Some(context) = RequestContext::of(&request) {
        context.arrive_at(&route);
        if admits_enrolment {
            context.admit_enrolment();
        }
    }
    let kept = request.request().clone();
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(response) => Ok(response?.map_into_boxed_body()),
        Err(_) => Ok(ServiceResponse::from_err(ApiError::Panicked, kept)),
    }
}

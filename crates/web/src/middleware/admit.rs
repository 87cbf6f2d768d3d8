use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_service::Service;
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::web::Data;
use ore_errors::{ApiError, Problem};
use ore_telemetry::metrics::Metrics;

use super::{address_limit, plain_http, unsafe_requests};
use crate::https_rule::Verdict;
use crate::state::ApiState;

/// Refuses requests that no route should see, and requests over the limit. It is inside CORS, so that pages of other
/// origins can read the refusal.
pub(super) struct Gate<S>(Rc<Parts<S>>);

struct Parts<S> {
    routes: S,
    state: Data<ApiState>,
    metrics: Data<Metrics>,
}

impl<S> Clone for Gate<S> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<S> Gate<S> {
    /// A gate in front of the routes.
    pub(super) fn before(routes: S, state: Data<ApiState>, metrics: Data<Metrics>) -> Self {
        Self(Rc::new(Parts { routes, state, metrics }))
    }

    fn refusal(&self, request: &ServiceRequest) -> Option<ApiError> {
        let Parts { state, metrics, .. } = &*self.0;
        if let Err(limited) = address_limit::check(state, request) {
            metrics.rate_limits.refuse(limited.policy.name);
            return Some(limited.into());
        }
        unsafe_requests::fault(request).map(ApiError::from)
    }
}

impl<S, B> Gate<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    pub(super) async fn admit(&self, request: ServiceRequest) -> Result<ServiceResponse, Error> {
        let refusal = match plain_http::decide(&self.0.state, &request) {
            Verdict::Redirect(url) => return Ok(request.into_response(plain_http::redirect(url))),
            Verdict::Refuse => Some(Problem::HttpsRequired.into()),
            Verdict::Serve => self.refusal(&request),
        };
        match refusal {
            Some(error) => Ok(request.error_response(error)),
            None => Ok(self.0.routes.call(request).await?.map_into_boxed_body()),
        }
    }
}

impl<S, B> Service<ServiceRequest> for Gate<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<ServiceResponse, Error>>>>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.routes.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let gate = self.clone();
        Box::pin(async move { gate.admit(request).await })
    }
}

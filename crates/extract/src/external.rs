use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_services::{ExternalApi, ExternalApiError, ExternalCall};
use ore_web::context::RequestContext;
use serde_json::Value;

/// The external service of the settings, called on behalf of the request.
///
/// A handler that names it in its signature is answered with 503 where no such service is configured.
pub struct External {
    api: Data<dyn ExternalApi>,
    context: Option<Rc<RequestContext>>,
}

impl External {
    /// Makes the call with the id of the request.
    ///
    /// # Errors
    /// As [`ExternalApiError`] says.
    pub async fn call(&self, call: ExternalCall) -> Result<Value, ExternalApiError> {
        let call = match &self.context {
            Some(context) => call.with_request_id(context.id()),
            None => call,
        };
        self.api.call(call).await
    }
}

impl FromRequest for External {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let api = request.app_data::<Data<dyn ExternalApi>>().cloned();
        let api = api.ok_or_else(|| ApiError::caused(Problem::Unavailable, "BACKEND_EXTERNAL_API_URL is not set"));
        ready(api.map(|api| Self { api, context: RequestContext::of(request) }))
    }
}

impl DeclaresProblems for External {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unavailable]
    }
}

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpRequest};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_limits::{CredentialLimits, CredentialUse};
use ore_services::Services;
use ore_web::context::RequestContext;
use ore_web::state::ApiState;

use crate::request_origin::origin_of;

/// The body of a registration, which is not read while registration is closed.
pub struct OpenRegistration<T>(pub T);

impl<T: FromRequest<Error: Into<Error>> + 'static> FromRequest for OpenRegistration<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            require_open_registration(&request).await?;
            Ok(Self(T::from_request(&request, &mut payload).await.map_err(Into::into)?))
        })
    }
}

/// Refuses a registration where nobody registers, and tells the logs.
///
/// # Errors
/// [`Problem::RegistrationClosed`], and what the limits refuse.
pub async fn require_open_registration(request: &HttpRequest) -> Result<(), ApiError> {
    let services = request.app_data::<Data<Services>>().ok_or(Problem::InternalError)?;
    if !services.sessions.registration_is_closed() {
        return Ok(());
    }
    if let Some(state) = request.app_data::<Data<ApiState>>() {
        state.credential_log.registration_closed();
    }
    // Before anything is written of it.
    if let Some(limits) = request.app_data::<Data<CredentialLimits>>() {
        let client = RequestContext::of(request).and_then(|context| context.client);
        limits.admit(client, CredentialUse::Registration).await?;
    }
    services.sessions.refuse_registration(&origin_of(request)).await;
    Err(Problem::RegistrationClosed.into())
}

impl<T: DeclaresProblems> DeclaresProblems for OpenRegistration<T> {
    fn problems() -> Vec<Problem> {
        T::problems()
    }
}

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpRequest};
use ore_services::Services;

use super::request_origin::origin_of;
use crate::error::{ApiError, Problem, Refuses};
use crate::state::ApiState;

/// What a registration brings, which is not looked at where nobody registers.
pub struct Registering<T>(pub T);

impl<T: FromRequest<Error: Into<Error>> + 'static> FromRequest for Registering<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let services =
                request.app_data::<Data<Services>>().ok_or(Problem::InternalError).map_err(ApiError::from)?;
            if services.sessions.registration_is_closed() {
                if let Some(state) = request.app_data::<Data<ApiState>>() {
                    state.credential_log.registration_closed();
                }
                services.sessions.refuse_registration(&origin_of(&request)).await;
                return Err(ApiError::from(Problem::RegistrationClosed).into());
            }
            Ok(Self(T::from_request(&request, &mut payload).await.map_err(Into::into)?))
        })
    }
}

impl<T: Refuses> Refuses for Registering<T> {
    fn problems() -> Vec<Problem> {
        T::problems()
    }
}

use actix_web::body::BoxBody;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Responder};
use ore_schemas::ApiResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::context::RequestContext;
use crate::error::{ApiError, Problem};
use crate::messages::Message;
use crate::state::ApiState;

/// A success: becomes the envelope of the contract, in the language of the request.
pub struct Reply<T> {
    data: T,
    message: Message,
}

impl<T> Reply<T> {
    /// With the message of every success that has none of its own.
    pub fn new(data: T) -> Self {
        Self { data, message: Message::Done }
    }

    /// With a message of its own.
    #[must_use]
    pub fn with_message(self, message: Message) -> Self {
        Self { message, ..self }
    }
}

impl<T: Serialize + ToSchema> Responder for Reply<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let Some(state) = request.app_data::<Data<ApiState>>() else {
            return HttpResponse::from_error(ApiError::from(Problem::InternalError));
        };
        let locale = RequestContext::of(request).map_or(state.default_locale, |context| context.locale);
        let message = state.catalogue.text(locale, self.message);
        HttpResponse::Ok().json(ApiResponse::new(self.data, message, state.clock.now()))
    }
}

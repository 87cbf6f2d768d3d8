use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LINK, LOCATION, SET_COOKIE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Responder};
use ore_errors::messages::Message;
use ore_errors::{ApiError, Problem, set_cookie};
use ore_schemas::ApiResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::context::RequestContext;
use crate::etag::is_known_to;
use crate::long_json::json_of;
use crate::state::ApiState;

/// A success: becomes the envelope of the contract, in the language of the request.
pub struct Reply<T> {
    data: T,
    message: Message,
    status: StatusCode,
    location: Option<String>,
    cookies: Vec<String>,
    etag: Option<String>,
    link: Option<String>,
}

impl<T> Reply<T> {
    /// With the message of every success that has none of its own.
    pub fn new(data: T) -> Self {
        Self {
            data,
            message: Message::Done,
            status: StatusCode::OK,
            location: None,
            cookies: Vec::new(),
            etag: None,
            link: None,
        }
    }

    /// Something new, and where it is from now on, as seen from the path of the request (RFC 9110, 15.3.2).
    pub fn created(data: T, location: impl Into<String>) -> Self {
        let location = Some(location.into());
        Self { message: Message::Created, status: StatusCode::CREATED, location, ..Self::new(data) }
    }

    /// Something that is not finished yet (RFC 9110, 15.3.3).
    pub fn accepted(data: T) -> Self {
        Self { status: StatusCode::ACCEPTED, ..Self::new(data) }
    }

    /// With a message of its own.
    #[must_use]
    pub fn with_message(self, message: Message) -> Self {
        Self { message, ..self }
    }

    /// With the tag of what the answer is about; a client that has it gets no more than that (RFC 9110, 15.4.5).
    #[must_use]
    pub fn with_etag(self, etag: String) -> Self {
        Self { etag: Some(etag), ..self }
    }

    /// With the link to the next page, if there is one (RFC 8288).
    #[must_use]
    pub(crate) fn with_link(self, link: Option<String>) -> Self {
        Self { link, ..self }
    }

    /// With a refresh token in the cookie.
    #[must_use]
    pub fn keeping_refresh_token(self, token: &str, lifetime: Duration) -> Self {
        self.with_cookie(set_cookie::keeping(token, lifetime))
    }

    /// With a device token in its cookie.
    #[must_use]
    pub fn keeping_device_token(self, token: &str, lifetime: Duration) -> Self {
        self.with_cookie(set_cookie::keeping_device(token, lifetime))
    }

    /// Without a refresh token in the cookie from now on.
    #[must_use]
    pub fn clearing_refresh_token(self) -> Self {
        self.with_cookie(set_cookie::clearing())
    }

    fn with_cookie(mut self, cookie: String) -> Self {
        self.cookies.push(cookie);
        self
    }
}

impl<T: Serialize> Reply<T> {
    /// The text of the envelope, for an answer that is sent in pieces.
    ///
    /// # Errors
    /// [`Problem::InternalError`] of what JSON cannot tell.
    pub fn into_json(self, request: &HttpRequest) -> Result<String, ApiError> {
        let state = request.app_data::<Data<ApiState>>().ok_or(Problem::InternalError)?;
        json_of(&envelope(self.data, self.message, request, state))
    }
}

impl<T: Serialize + ToSchema> Responder for Reply<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let Some(state) = request.app_data::<Data<ApiState>>() else {
            return HttpResponse::from_error(ApiError::from(Problem::InternalError));
        };
        if let Some(etag) =
            self.etag.as_ref().filter(|_| request.method().is_safe()).filter(|etag| is_known_to(request, etag))
        {
            return HttpResponse::NotModified().insert_header((ETAG, etag.as_str())).finish();
        }
        let mut response = HttpResponse::build(self.status);
        if let Some(location) = self.location {
            response.insert_header((LOCATION, location));
        }
        for (name, value) in [(ETAG, self.etag), (LINK, self.link)] {
            if let Some(value) = value {
                response.insert_header((name, value));
            }
        }
        for cookie in self.cookies {
            response.append_header((SET_COOKIE, cookie));
        }
        response.json(envelope(self.data, self.message, request, state))
    }
}

fn envelope<T>(data: T, message: Message, request: &HttpRequest, state: &ApiState) -> ApiResponse<T> {
    let locale = RequestContext::of(request).map_or(state.default_locale, |context| context.locale);
    ApiResponse::new(data, state.catalogue.text(locale, message), state.clock.now())
}

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::SessionId;
use ore_errors::{ApiError, DeclaresProblems, Problem};
use utoipa::IntoParams;

/// The `{id}` of a session in the path. What is no key is the key of nothing.
pub struct SessionKey(pub SessionId);

/// As the OpenAPI document shows it.
#[derive(IntoParams)]
#[into_params(names("id"), parameter_in = Path)]
pub struct SessionKeyParameter(
    /// The key of the session.
    #[param(example = "7f0c3c1e-1d8a-4b52-9a57-0d6f5b2f8f10")]
    pub String,
);

impl FromRequest for SessionKey {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = request.match_info().get("id").and_then(|text| text.parse().ok());
        ready(key.map(Self).ok_or_else(|| Problem::NotFound.into()))
    }
}

impl DeclaresProblems for SessionKey {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotFound]
    }
}

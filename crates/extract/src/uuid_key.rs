use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use utoipa::IntoParams;

/// The `{id}` of something in the path whose key is a UUID. What is no key is the key of nothing.
pub struct UuidKey<T>(pub T);

/// As the OpenAPI document shows it.
#[derive(IntoParams)]
#[into_params(names("id"), parameter_in = Path)]
pub struct UuidKeyParameter(
    /// The key.
    #[param(example = "3b0a6c1e-9d1f-4f0e-8a57-6d2f5b1c8f21")]
    pub String,
);

impl<T: FromStr> FromRequest for UuidKey<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = request.match_info().get("id").and_then(|text| text.parse().ok());
        ready(key.map(Self).ok_or_else(|| Problem::NotFound.into()))
    }
}

impl<T> DeclaresProblems for UuidKey<T> {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotFound]
    }
}

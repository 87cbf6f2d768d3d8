use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use utoipa::IntoParams;

/// The `{id}` of the path. What is no key is the key of nothing.
#[derive(IntoParams)]
#[into_params(names("id"), parameter_in = Path)]
pub struct Key(
    /// The key.
    #[param(example = 1)]
    pub i64,
);

impl FromRequest for Key {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = request.match_info().get("id").and_then(|text| text.parse().ok());
        ready(key.map(Self).ok_or_else(|| Problem::NotFound.into()))
    }
}

impl DeclaresProblems for Key {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotFound]
    }
}

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::RoleName;
use ore_errors::{ApiError, DeclaresProblems, Problem};
use utoipa::IntoParams;

/// The `{name}` of a role in the path. What is no name is the name of nothing.
pub struct RoleKey(pub RoleName);

/// As the OpenAPI document shows it.
#[derive(IntoParams)]
#[into_params(names("name"), parameter_in = Path)]
pub struct RoleKeyParameter(
    /// The name of the role.
    #[param(example = "support")]
    pub String,
);

impl FromRequest for RoleKey {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let name = request.match_info().get("name").and_then(|text| text.parse().ok());
        ready(name.map(Self).ok_or_else(|| Problem::NotFound.into()))
    }
}

impl DeclaresProblems for RoleKey {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotFound]
    }
}

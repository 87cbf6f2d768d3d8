use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::{ApiKeyId, ServiceAccountId, UserId};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use utoipa::IntoParams;

/// The owner of API keys, named by the `{id}` of a path.
pub trait PathOwner: Sized {
    /// The owner; `None` for an invalid `{id}`.
    fn parse(text: &str) -> Option<Self>;
}

impl PathOwner for UserId {
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self::new)
    }
}

impl PathOwner for ServiceAccountId {
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// The `{id}` of an owner and the `{kid}` of an API key in the path. An invalid key becomes one that does not exist.
pub struct KeyOf<O> {
    /// The owner.
    pub owner: O,
    /// The API key.
    pub key: ApiKeyId,
}

/// As the OpenAPI document shows it, of a user.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code, reason = "only the document has it")]
pub struct KeyOfUserParameter {
    /// The key of the user.
    #[param(example = 1)]
    id: i64,
    /// The key of the API key.
    #[param(example = "3b0a6c1e-9d1f-4f0e-8a57-6d2f5b1c8f21")]
    kid: String,
}

/// As the OpenAPI document shows it, of a service account.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code, reason = "only the document has it")]
pub struct KeyOfAccountParameter {
    /// The key of the service account.
    #[param(example = "b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35")]
    id: String,
    /// The key of the API key.
    #[param(example = "3b0a6c1e-9d1f-4f0e-8a57-6d2f5b1c8f21")]
    kid: String,
}

impl<O: PathOwner> FromRequest for KeyOf<O> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let path = request.match_info();
        let owner = path.get("id").and_then(O::parse);
        let key = path.get("kid").and_then(|text| text.parse().ok());
        let keys = owner.zip(key).map(|(owner, key)| Self { owner, key });
        ready(keys.ok_or_else(|| Problem::NotFound.into()))
    }
}

impl<O> DeclaresProblems for KeyOf<O> {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotFound]
    }
}

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::{SessionId, UserId};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use utoipa::IntoParams;

/// The `{id}` of a user and the `{sid}` of a session in the path. What is no key is the key of nothing.
pub struct SessionOf {
    /// The user.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
}

/// As the OpenAPI document shows it.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code, reason = "only the document has it")]
pub struct SessionOfParameter {
    /// The key of the user.
    #[param(example = 1)]
    id: i64,
    /// The key of the session.
    #[param(example = "7f0c3c1e-1d8a-4b52-9a57-0d6f5b2f8f10")]
    sid: String,
}

impl FromRequest for SessionOf {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let path = request.match_info();
        let user = path.get("id").and_then(|text| text.parse().ok()).map(UserId::new);
        let session = path.get("sid").and_then(|text| text.parse().ok());
        let keys = user.zip(session).map(|(user, session)| Self { user, session });
        ready(keys.ok_or_else(|| Problem::NotFound.into()))
    }
}

impl DeclaresProblems for SessionOf {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotFound]
    }
}

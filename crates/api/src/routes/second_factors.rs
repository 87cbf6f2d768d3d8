use actix_web::web::Data;
use ore_schemas::{ApiResponse, TokenResponse, VerifySecondFactorRequest};
use ore_services::{SecondFactorError, SecondFactorProof, Services};
use ore_telemetry::metrics::Metrics;
use ore_web::error::{ApiError, Problem};
use ore_web::extract::{Credentials, Opening};
use ore_web::messages::Message;
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::Value;
use utoipa::OpenApi;

use super::auth::{ACCOUNT, example_opening, tokens_of};
use crate::endpoint::Endpoint;
use crate::openapi::{ApiSection, ExampleContext, Refused};

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

#[derive(OpenApi)]
#[openapi(
    paths(verify_second_factor),
    tags((name = "second factors", description = "What users show beside their password"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::at("/api/v1/auth/mfa/verify").post(verify_second_factor)]
}

/// Show the second factor of a log-in
///
/// The token is that of the answer `MFA_REQUIRED`: it is for five minutes and five tries. A wrong code is a failure of the
/// account, as a wrong password is. With `remember_device` this device logs in without the second factor for 180 days, until the
/// password or a factor is another.
#[utoipa::path(post, path = "/api/v1/auth/mfa/verify", tag = "second factors",
    request_body = VerifySecondFactorRequest, responses(
    (status = 200, description = "The session has started", body = ApiResponse<TokenResponse>),
    Refused<(Credentials<VerifySecondFactorRequest>, SecondFactorError)>,
))]
async fn verify_second_factor(
    state: Data<ApiState>,
    services: Data<Services>,
    metrics: Data<Metrics>,
    opening: Opening,
    Credentials(request): Credentials<VerifySecondFactorRequest>,
) -> Result<Reply<TokenResponse>, ApiError> {
    let attempt = metrics.login.begin();
    let VerifySecondFactorRequest { mfa_token, code, recovery_code, remember_device } = request;
    let proof = match (code, recovery_code) {
        (Some(code), _) => SecondFactorProof::Code(code),
        (None, Some(code)) => SecondFactorProof::RecoveryCode(code),
        (None, None) => return Err(Problem::BadRequest.into()),
    };
    let device_token = opening.device_cookie.as_ref().map(|token| token.as_str());
    let (sessions, origin) = (&services.sessions, &opening.origin);
    let result = sessions.verify_second_factor(&mfa_token, proof, remember_device, origin, device_token).await;
    state.credential_log.second_factor(&result);
    if let Err(SecondFactorError::Throttled { .. }) = result {
        metrics.rate_limits.refuse(ACCOUNT);
    }
    let session = result?;
    attempt.succeed();
    Ok(tokens_of(&session, opening.wants_cookie).with_message(Message::LoggedIn))
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    match operation {
        "verify_second_factor" => context.envelope(example_opening(context), Message::LoggedIn),
        _ => None,
    }
}

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use ore_errors::messages::Message;
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_extract::{Credentials, Language, SessionClient};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{ApiResponse, PasskeyOptionsResponse, PasskeyProofRequest, RelatedOrigins, TokenResponse};
use ore_services::{PasskeyProof, Services};
use ore_telemetry::metrics::Metrics;
use ore_web::endpoint::Endpoint;
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::{Value, json};
use utoipa::OpenApi;

use super::auth::{example_tokens, tokens_of};
use super::passkeys::{EXAMPLE_CEREMONY, EXAMPLE_CHALLENGE, options_response};

/// An origin that is added is asked for by browsers within minutes.
const CACHING: &str = "public, max-age=300";

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

#[derive(OpenApi)]
#[openapi(
    paths(passkey_login_options, passkey_login, related_origins),
    components(schemas(PasskeyOptionsResponse, RelatedOrigins))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/api/v1/auth/passkeys/login/options").post(passkey_login_options),
        Endpoint::at("/api/v1/auth/passkeys/login").post(passkey_login),
        Endpoint::at("/.well-known/webauthn").get(related_origins),
    ]
}

/// Ask for any passkey of this service
///
/// The options are for `navigator.credentials.get`, with or without conditional mediation; no address is needed. What it
/// gives goes to the log-in with the ceremony, or wherever a passkey is taken as a proof.
#[utoipa::path(post, path = "/api/v1/auth/passkeys/login/options", tag = "passkeys", responses(
    (status = 200, description = "What to ask", body = ApiResponse<PasskeyOptionsResponse>),
    ErrorResponses<NoPasskeys>,
))]
async fn passkey_login_options(services: Data<Services>) -> Result<Reply<PasskeyOptionsResponse>, ApiError> {
    Ok(Reply::new(options_response(services.sessions.passkey_options()?)))
}

/// Where nobody knows which site passkeys would be for.
struct NoPasskeys;

impl DeclaresProblems for NoPasskeys {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotConfigured]
    }
}

/// Begin a session with a passkey
///
/// The passkey tells who logs in, and verifies them: no password and no second factor is asked for. An unknown passkey, a
/// wrong signature and a ceremony that is too old get the same answer.
#[utoipa::path(post, path = "/api/v1/auth/passkeys/login", tag = "passkeys", request_body = PasskeyProofRequest,
    responses(
    (status = 200, description = "The session has started", body = ApiResponse<TokenResponse>),
    ErrorResponses<(Credentials<PasskeyProofRequest>, PasskeyLogIn)>,
))]
async fn passkey_login(
    state: Data<ApiState>,
    services: Data<Services>,
    metrics: Data<Metrics>,
    client: SessionClient,
    Language(locale): Language,
    Credentials(request): Credentials<PasskeyProofRequest>,
) -> Result<Reply<TokenResponse>, ApiError> {
    let attempt = metrics.login.begin();
    let proof = proof_of(request);
    let device_token = client.device_cookie.as_ref().map(|token| token.as_str());
    let result = services.sessions.log_in_with_passkey(&proof, &client.origin, device_token, locale).await;
    state.credential_log.passkey_log_in(&result);
    let session = result?;
    attempt.succeed();
    Ok(tokens_of(&session, client.wants_cookie).with_message(Message::LoggedIn))
}

pub(super) fn proof_of(PasskeyProofRequest { credential, ceremony }: PasskeyProofRequest) -> PasskeyProof {
    PasskeyProof { credential, ceremony }
}

/// What a log-in with a passkey refuses.
struct PasskeyLogIn;

impl DeclaresProblems for PasskeyLogIn {
    fn problems() -> Vec<Problem> {
        vec![Problem::InvalidPasskey, Problem::NotConfigured, Problem::EmailNotVerified, Problem::Unavailable]
    }
}

/// Tell browsers which origins may ask for passkeys of this service
///
/// Browsers ask for it where a page of another host, one of `BACKEND_PASSKEY_ORIGINS`, wants a passkey (`WebAuthn` level 3,
/// 5.11).
#[utoipa::path(get, path = "/.well-known/webauthn", tag = "passkeys", responses(
    (status = 200, description = "The origins", body = RelatedOrigins),
    ErrorResponses<NoOrigins>,
))]
async fn related_origins(services: Data<Services>) -> Result<HttpResponse, ApiError> {
    let origins = services.sessions.passkey_origins().ok_or(Problem::NotFound)?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, CACHING)).json(RelatedOrigins { origins }))
}

/// Where there are no passkeys.
struct NoOrigins;

impl DeclaresProblems for NoOrigins {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotFound]
    }
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    match operation {
        "passkey_login_options" => {
            let public_key = json!({
                "challenge": EXAMPLE_CHALLENGE,
                "timeout": 300_000,
                "rpId": "api.example.com",
                "userVerification": "required",
            });
            let options = PasskeyOptionsResponse { public_key, ceremony: EXAMPLE_CEREMONY.to_owned() };
            context.envelope(options, Message::Done)
        }
        "passkey_login" => context.envelope(example_tokens(context), Message::LoggedIn),
        "related_origins" => {
            let origins = ["https://api.example.com", "https://www.example.com"].map(str::to_owned);
            serde_json::to_value(RelatedOrigins { origins: origins.into() }).ok()
        }
        _ => None,
    }
}

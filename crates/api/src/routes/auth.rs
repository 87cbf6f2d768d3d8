use actix_web::Either;
use actix_web::web::Data;
use ore_domain::FailurePolicy;
use ore_errors::ApiError;
use ore_errors::messages::Message;
use ore_extract::{Credentials, Language, OpenRegistration, SessionClient};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{ApiResponse, LoginRequest, NextStep, RegisterRequest, TokenResponse};
use ore_security::opaque_token::OpaqueToken;
use ore_services::{LogInError, OpenedSession, Services, SignUpError, SignedUp};
use ore_telemetry::metrics::Metrics;
use ore_web::endpoint::Endpoint;
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::Value;
use utoipa::OpenApi;

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

#[derive(OpenApi)]
#[openapi(
    paths(register, login),
    components(schemas(TokenResponse)),
    tags((name = "auth", description = "Accounts and their sessions"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::at("/api/v1/auth/register").post(register), Endpoint::at("/api/v1/auth/login").post(login)]
}

/// Make an account and begin a session with it
///
/// Addresses that differ only in case or compatibility form (NFKC) are one account. Fields that are not asked for are
/// ignored; a name that stands twice in the body is refused. Where the address has to be verified first, there is no
/// token yet.
#[utoipa::path(post, path = "/api/v1/auth/register", tag = "auth", request_body = RegisterRequest, responses(
    (status = 200, description = "The account is made; the token is its first", body = ApiResponse<TokenResponse>),
    (status = 202, description = "A mail says how to go on", body = ApiResponse<NextStep>),
    ErrorResponses<(OpenRegistration<Credentials<RegisterRequest>>, SignUpError)>,
))]
async fn register(
    state: Data<ApiState>,
    services: Data<Services>,
    client: SessionClient,
    Language(locale): Language,
    OpenRegistration(Credentials(request)): OpenRegistration<Credentials<RegisterRequest>>,
) -> Result<Either<Reply<TokenResponse>, Reply<NextStep>>, ApiError> {
    let account = request.email.canonical().clone();
    let (accounts, sessions) = (&services.accounts, &services.sessions);
    let result = sessions.sign_up(accounts, request.email, request.password, &client.origin, locale).await;
    state.credential_log.registration(&account, &result);
    Ok(match result? {
        SignedUp::Session(session) => {
            Either::Left(tokens_of(&session, client.wants_cookie).with_message(Message::Registered))
        }
        SignedUp::VerifyEmail => {
            Either::Right(Reply::accepted(NextStep::VERIFY_EMAIL).with_message(Message::CheckMail))
        }
    })
}

/// Begin a session with an address and a password
///
/// An unknown address, a wrong password and a disabled account get the same answer. From the fifth failure in a row on an
/// account is delayed; a network and a device from which its user logged in count apart.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "auth", request_body = LoginRequest, responses(
    (status = 200, description = "The session has started", body = ApiResponse<TokenResponse>),
    ErrorResponses<(Credentials<LoginRequest>, LogInError)>,
))]
async fn login(
    state: Data<ApiState>,
    services: Data<Services>,
    metrics: Data<Metrics>,
    client: SessionClient,
    Credentials(request): Credentials<LoginRequest>,
) -> Result<Reply<TokenResponse>, ApiError> {
    let attempt = metrics.login.begin();
    let LoginRequest { email, password, device_token } = request;
    let device_token = device_token.or(client.device_cookie);
    let device_token = device_token.as_ref().map(|token| token.as_str());
    let result = services.sessions.log_in(&email, password, &client.origin, device_token).await;
    state.credential_log.log_in(email.canonical(), &result);
    match &result {
        Ok(_) => attempt.succeed(),
        Err(LogInError::SecondFactorRequired(_)) => attempt.defer_result(),
        Err(LogInError::Throttled { .. }) => metrics.rate_limits.refuse(ACCOUNT),
        Err(_) => {}
    }
    Ok(tokens_of(&result?, client.wants_cookie).with_message(Message::LoggedIn))
}

/// What the metrics know the delays of accounts by.
pub(super) const ACCOUNT: &str = "account";

/// The tokens for the client, those that last in cookies where that is wanted.
pub(super) fn tokens_of(session: &OpenedSession, in_cookie: bool) -> Reply<TokenResponse> {
    let (token, lifetime) = (session.refresh_token.expose(), session.refresh_expires_in);
    let in_body = (!in_cookie).then_some(token);
    let tokens = TokenResponse::bearer(session.access_token.expose(), session.expires_in, in_body, lifetime);
    let device_token = session.device_token.as_ref().map(OpaqueToken::expose);
    match device_token {
        None if in_cookie => Reply::new(tokens).keeping_refresh_token(token, lifetime),
        None => Reply::new(tokens),
        Some(device_token) if in_cookie => Reply::new(tokens)
            .keeping_refresh_token(token, lifetime)
            .keeping_device_token(device_token, FailurePolicy::KNOWN_FOR),
        Some(device_token) => Reply::new(tokens.with_device_token(device_token)),
    }
}

/// The tokens as an example.
pub(super) fn example_tokens(context: &ExampleContext<'_>) -> TokenResponse {
    TokenResponse::bearer(
        EXAMPLE_TOKEN,
        context.token_lifetime,
        Some(EXAMPLE_REFRESH_TOKEN),
        context.refresh_token_lifetime,
    )
}

/// The tokens of a registration or a log-in as an example.
pub(super) fn example_opening(context: &ExampleContext<'_>) -> TokenResponse {
    example_tokens(context).with_device_token(EXAMPLE_DEVICE_TOKEN)
}

/// Their checksums are wrong, so that nobody takes them for ones that were leaked.
const EXAMPLE_REFRESH_TOKEN: &str = "ore_rt_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg000000";
const EXAMPLE_DEVICE_TOKEN: &str = "ore_dt_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg000000";

/// Three parts, as RFC 7515 (7.1) has them, and no signature that anyone could mistake for one.
pub(super) const EXAMPLE_TOKEN: &str =
    "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGFAZXhhbXBsZS5vcmciLCJ1aWQiOjF9.c2lnbmF0dXJl";

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    match operation {
        "register" => context.envelope(example_opening(context), Message::Registered),
        "register_accepted" => context.envelope(NextStep::VERIFY_EMAIL, Message::CheckMail),
        "login" => context.envelope(example_opening(context), Message::LoggedIn),
        _ => None,
    }
}

use actix_web::web::Data;
use ore_domain::{EmailAddress, PasswordHash, User, UserId};
use ore_schemas::{ApiResponse, LoginRequest, RegisterRequest, TokenResponse, UserResponse};
use ore_services::{LogInError, OpenedSession, Services, SignUpError};
use ore_telemetry::metrics::Metrics;
use ore_web::error::ApiError;
use ore_web::extract::{Credentials, CurrentUser};
use ore_web::messages::Message;
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::Value;
use utoipa::OpenApi;

use crate::endpoint::Endpoint;
use crate::openapi::{ApiSection, ExampleContext, Refused};

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

#[derive(OpenApi)]
#[openapi(
    paths(register, login, me),
    components(schemas(TokenResponse, UserResponse)),
    tags((name = "auth", description = "Accounts and their sessions"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/api/v1/auth/register").post(register),
        Endpoint::at("/api/v1/auth/login").post(login),
        Endpoint::at("/api/v1/auth/me").get(me),
    ]
}

/// Make an account and begin a session with it
///
/// Addresses that differ only in case or compatibility form (NFKC) are one account. Fields that are not asked for are
/// ignored; a name that stands twice in the body is refused.
#[utoipa::path(post, path = "/api/v1/auth/register", tag = "auth", request_body = RegisterRequest, responses(
    (status = 200, description = "The account is made; the token is its first", body = ApiResponse<TokenResponse>),
    Refused<(Credentials<RegisterRequest>, SignUpError)>,
))]
async fn register(
    state: Data<ApiState>,
    services: Data<Services>,
    Credentials(request): Credentials<RegisterRequest>,
) -> Result<Reply<TokenResponse>, ApiError> {
    let account = request.email.canonical().clone();
    let result = services.sessions.sign_up(&services.accounts, request.email, request.password).await;
    state.credential_log.registration(&account, &result);
    Ok(Reply::new(token_response(&result?)).with_message(Message::Registered))
}

/// Begin a session with an address and a password
///
/// An unknown address, a wrong password and a disabled account get the same answer.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "auth", request_body = LoginRequest, responses(
    (status = 200, description = "The session has started", body = ApiResponse<TokenResponse>),
    Refused<(Credentials<LoginRequest>, LogInError)>,
))]
async fn login(
    state: Data<ApiState>,
    services: Data<Services>,
    metrics: Data<Metrics>,
    Credentials(request): Credentials<LoginRequest>,
) -> Result<Reply<TokenResponse>, ApiError> {
    let attempt = metrics.login.begin();
    let result = services.sessions.log_in(&request.email, request.password).await;
    state.credential_log.log_in(request.email.canonical(), &result);
    let session = result?;
    attempt.succeed();
    Ok(Reply::new(token_response(&session)).with_message(Message::LoggedIn))
}

/// Tell who the bearer token speaks for
///
/// The token of a user who has been disabled since it was made is refused.
#[utoipa::path(get, path = "/api/v1/auth/me", tag = "auth", security(("bearer" = [])), responses(
    (status = 200, description = "The user", body = ApiResponse<UserResponse>),
    Refused<CurrentUser>,
))]
async fn me(CurrentUser(user): CurrentUser) -> Reply<UserResponse> {
    Reply::new(UserResponse::from(&*user))
}

fn token_response(session: &OpenedSession) -> TokenResponse {
    TokenResponse::bearer(session.access_token.expose(), session.expires_in)
}

/// Three parts, as RFC 7515 (7.1) has them, and no signature that anyone could mistake for one.
const EXAMPLE_TOKEN: &str =
    "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGFAZXhhbXBsZS5vcmciLCJ1aWQiOjF9.c2lnbmF0dXJl";

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    let token = TokenResponse::bearer(EXAMPLE_TOKEN, context.token_lifetime);
    match operation {
        "register" => context.envelope(token, Message::Registered),
        "login" => context.envelope(token, Message::LoggedIn),
        "me" => context.envelope(example_user()?, Message::Done),
        _ => None,
    }
}

fn example_user() -> Option<UserResponse> {
    let user = User {
        id: UserId::new(1),
        email: EmailAddress::parse("ada@example.org").ok()?,
        password_hash: PasswordHash::new(String::new()),
        is_active: true,
        created_at: ExampleContext::timestamp(),
        credentials_changed_at: None,
    };
    Some(UserResponse::from(&user))
}

use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ore_domain::{EmailAddress, Factors, PasswordHash, Profile, User, UserId, UserRoles};
use ore_errors::ApiError;
use ore_errors::messages::Message;
use ore_extract::refresh_cookie;
use ore_extract::{
    AnySession, Authorized, Body, CurrentUser, Language, Reauthenticated, RequestOrigin, SessionClient,
    SessionCredentials,
};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{
    ApiResponse, ChangePasswordRequest, EditProfileRequest, Nothing, ReauthenticateRequest, TokenResponse, UserExport,
    UserResponse,
};
use ore_services::{LastAdmin, OwnPasswordError, ReauthenticationProof, Services};
use ore_telemetry::metrics::Metrics;
use ore_web::credential_log::CredentialCall;
use ore_web::endpoint::Endpoint;
use ore_web::export::export_of;
use ore_web::long_json::head_of_long_json;
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::Value;
use utoipa::OpenApi;

use super::auth::{ACCOUNT, example_tokens, tokens_of};
use super::passkey_log_in::proof_of;
use super::sessions::example_session;

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

#[derive(OpenApi)]
#[openapi(
    paths(me, edit_me, delete_me, export, change_password, reauthenticate),
    components(schemas(UserExport, UserResponse)),
    tags((name = "account", description = "What users do with their own account"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/api/v1/auth/me").get(me).open_for_enrolment().patch(edit_me).delete(delete_me),
        Endpoint::at("/api/v1/auth/me/export").get(export),
        Endpoint::at("/api/v1/auth/password/change").post(change_password),
        Endpoint::at("/api/v1/auth/reauthenticate").post(reauthenticate).open_for_enrolment(),
    ]
}

/// Change the password
///
/// Every other session ends, unless the body says that they go on. The session of the call goes on. Of a user with a second
/// factor it has to have shown it.
#[utoipa::path(post, path = "/api/v1/auth/password/change", tag = "account", security(("bearer" = [])),
    request_body = ChangePasswordRequest, responses(
    (status = 200, description = "The password is changed", body = ApiResponse<Nothing>),
    ErrorResponses<(SessionCredentials<ChangePasswordRequest>, OwnPasswordError)>,
))]
async fn change_password(
    state: Data<ApiState>,
    services: Data<Services>,
    Language(locale): Language,
    RequestOrigin(origin): RequestOrigin,
    metrics: Data<Metrics>,
    SessionCredentials(current, request): SessionCredentials<ChangePasswordRequest>,
) -> Result<Reply<Nothing>, ApiError> {
    if request.new_password.is_address(&current.user.email) {
        return Err(ApiError::common_password("new_password"));
    }
    let (user, passwords) = (&current.user, [request.current_password, request.new_password]);
    let (end_others, origin) = (request.end_other_sessions, current.act(origin));
    let sessions = &services.sessions;
    let result = sessions.change_password(user.id, current.id, passwords, end_others, locale, &origin).await;
    state.credential_log.own_password(CredentialCall::ChangePassword, user, &result);
    count_throttled(&metrics, &result);
    result?;
    Ok(Reply::new(Nothing).with_message(Message::PasswordChanged))
}

/// Tell who the bearer token or the API key speaks for
///
/// The token of a user who has been disabled since it was made is refused.
#[utoipa::path(get, path = "/api/v1/auth/me", tag = "account",
    security(("bearer" = []), ("api_key" = [])), responses(
    (status = 200, description = "The user", body = ApiResponse<UserResponse>),
    ErrorResponses<CurrentUser>,
))]
async fn me(CurrentUser(user): CurrentUser) -> Reply<UserResponse> {
    Reply::new(UserResponse::from(&*user))
}

/// Change the name or the language
///
/// What is left out stays as it is; `null` clears it.
#[utoipa::path(patch, path = "/api/v1/auth/me", tag = "account", security(("bearer" = [])),
    request_body = EditProfileRequest, responses(
    (status = 200, description = "The user", body = ApiResponse<UserResponse>),
    ErrorResponses<Authorized<AnySession, Body<EditProfileRequest>>>,
))]
async fn edit_me(
    services: Data<Services>,
    RequestOrigin(origin): RequestOrigin,
    Authorized(AnySession(current), Body(request)): Authorized<AnySession, Body<EditProfileRequest>>,
) -> Result<Reply<UserResponse>, ApiError> {
    let origin = current.act(origin);
    let edited = services.accounts.edit_profile(current.user.id, request.into(), &origin).await?;
    let user = edited.ok_or_else(|| ApiError::InvalidToken("the user is gone".into()))?;
    Ok(Reply::new(UserResponse::from(&user)))
}

/// Delete the account
///
/// The sessions end, and nothing is left of the user. The user has to have authenticated within `BACKEND_REAUTH_SECONDS`.
#[utoipa::path(delete, path = "/api/v1/auth/me", tag = "account", security(("bearer" = [])), responses(
    (status = 200, description = "The account is gone", body = ApiResponse<Nothing>),
    ErrorResponses<(Reauthenticated, LastAdmin)>,
))]
async fn delete_me(
    request: HttpRequest,
    services: Data<Services>,
    RequestOrigin(origin): RequestOrigin,
    Reauthenticated(current): Reauthenticated,
) -> Result<Reply<Nothing>, ApiError> {
    services.accounts.delete(current.user.id, &current.act(origin)).await?;
    tracing::info!(user_id = current.user.id.get(), "A user deleted the account");
    let reply = Reply::new(Nothing).with_message(Message::AccountDeleted);
    Ok(if refresh_cookie::presented(&request)?.is_some() { reply.clearing_refresh_token() } else { reply })
}

/// Get all that is stored about the user
///
/// Hashes of the password and of tokens are left out. The user has to have authenticated within `BACKEND_REAUTH_SECONDS`.
#[utoipa::path(get, path = "/api/v1/auth/me/export", tag = "account", security(("bearer" = [])), responses(
    (status = 200, description = "What is stored", body = ApiResponse<UserExport>),
    ErrorResponses<Reauthenticated>,
))]
async fn export(
    request: HttpRequest,
    services: Data<Services>,
    RequestOrigin(origin): RequestOrigin,
    Reauthenticated(current): Reauthenticated,
) -> Result<HttpResponse, ApiError> {
    if request.method() == Method::HEAD {
        // Nothing is given out, of which the audit log would have to tell.
        return Ok(head_of_long_json());
    }
    let (act, write) = (current.act(origin), |export| Reply::new(export).into_json(&request));
    export_of(&services, &current.user, current.id, &act, write).await
}

/// Show once more who you are
///
/// Gives the next tokens of the session, with which what cannot be undone is allowed for `BACKEND_REAUTH_SECONDS`.
#[utoipa::path(post, path = "/api/v1/auth/reauthenticate", tag = "account", security(("bearer" = [])),
    request_body = ReauthenticateRequest, responses(
    (status = 200, description = "The next tokens", body = ApiResponse<TokenResponse>),
    ErrorResponses<(SessionCredentials<ReauthenticateRequest>, OwnPasswordError)>,
))]
async fn reauthenticate(
    state: Data<ApiState>,
    services: Data<Services>,
    metrics: Data<Metrics>,
    client: SessionClient,
    Language(locale): Language,
    SessionCredentials(current, request): SessionCredentials<ReauthenticateRequest>,
) -> Result<Reply<TokenResponse>, ApiError> {
    let ReauthenticateRequest { password, code, passkey } = request;
    let proof = match passkey {
        Some(passkey) => ReauthenticationProof::Passkey(Box::new(proof_of(passkey))),
        None => ReauthenticationProof::Password { password, code },
    };
    let (sessions, origin) = (&services.sessions, current.act(client.origin));
    let held = (current.id, client.refresh_cookie.as_ref().map(|token| token.as_str()));
    let result = sessions.reauthenticate(current.user.id, held, proof, &origin, locale).await;
    state.credential_log.own_password(CredentialCall::Reauthenticate, &current.user, &result);
    count_throttled(&metrics, &result);
    Ok(tokens_of(&result?, client.wants_cookie))
}

pub(super) fn count_throttled<T>(metrics: &Metrics, result: &Result<T, OwnPasswordError>) {
    if let Err(OwnPasswordError::Throttled { .. }) = result {
        metrics.rate_limits.refuse(ACCOUNT);
    }
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    match operation {
        "me" | "edit_me" => context.envelope(UserResponse::from(&example_user()?), Message::Done),
        "delete_me" => context.envelope(Nothing, Message::AccountDeleted),
        "export" => {
            let session = example_session();
            let current = session.id;
            context.envelope(UserExport::new(&example_user()?, vec![session], current), Message::Done)
        }
        "change_password" => context.envelope(Nothing, Message::PasswordChanged),
        "reauthenticate" => context.envelope(example_tokens(context), Message::Done),
        _ => None,
    }
}

pub(super) fn example_user() -> Option<User> {
    Some(User {
        id: UserId::new(1),
        email: EmailAddress::parse("ada@example.org").ok()?,
        password_hash: PasswordHash::new("$argon2id$".to_owned()),
        is_active: true,
        created_at: ExampleContext::timestamp(),
        credentials_changed_at: None,
        email_verified: true,
        profile: Profile::default(),
        last_login_at: Some(ExampleContext::timestamp()),
        roles: UserRoles::default(),
        factors: Factors::default(),
    })
}

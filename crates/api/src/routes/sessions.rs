use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::web::Data;
use ore_domain::{Amr, AuditAction, AuditOrigin, ListPage, Rotation, Session, SessionId, SessionOrigin, UserId, Uuid};
use ore_errors::messages::Message;
use ore_errors::{ApiError, DeclaresProblems, Problem, of_refresh};
use ore_extract::{
    AnySession, Authorized, CurrentSession, LogOut, OptionalBody, RefreshToken, RequestOrigin, SessionKey,
    SessionKeyParameter, refresh_cookie,
};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{
    ApiResponse, EndedSessions, LogoutAllRequest, Nothing, PageResponse, RefreshRequest, SessionResponse, TokenResponse,
};
use ore_services::{RefreshError, Services, Sessions};
use ore_web::credential_log::CredentialLog;
use ore_web::endpoint::Endpoint;
use ore_web::list::{ListParameters, Listing, SessionList, SessionListParameters};
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::Value;
use utoipa::OpenApi;

use super::auth::{example_tokens, tokens_of};
use super::refresh_token_call::RefreshTokenCall;

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

pub(super) type SessionPage = PageResponse<SessionResponse>;

#[derive(OpenApi)]
#[openapi(
    paths(refresh, logout, logout_all, sessions, end_session),
    components(schemas(EndedSessions, SessionPage, SessionResponse)),
    tags((name = "sessions", description = "Sessions, which go on with refresh tokens until they are ended"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/api/v1/auth/refresh").post(refresh),
        Endpoint::at("/api/v1/auth/logout").post(logout).open_for_enrolment(),
        Endpoint::at("/api/v1/auth/logout-all").post(logout_all),
        Endpoint::at("/api/v1/auth/sessions").get(sessions),
        Endpoint::at("/api/v1/auth/sessions/{id}").delete(end_session),
    ]
}

/// Exchange a refresh token for the next tokens
///
/// Each refresh token is for one exchange. For a short while, and as long as nobody has used what it was exchanged for, it
/// works again, since an answer may get lost. Any other use of it ends the session. Browsers send it in the cookie, without
/// a body.
#[utoipa::path(post, path = "/api/v1/auth/refresh", tag = "sessions", request_body = Option<RefreshRequest>, responses(
    (status = 200, description = "The next tokens", body = ApiResponse<TokenResponse>),
    ErrorResponses<RefreshToken>,
))]
async fn refresh(
    request: HttpRequest,
    call: RefreshTokenCall,
    RefreshToken { token, is_cookie }: RefreshToken,
) -> Result<Reply<TokenResponse>, ApiError> {
    let session = call.exchange(&token).await?.map_err(|error| of_refresh(error, is_cookie))?;
    let in_cookie = is_cookie || refresh_cookie::is_wanted(&request);
    Ok(tokens_of(&session, in_cookie).with_message(Message::TokenRefreshed))
}

/// End the session
///
/// Its access tokens and its refresh token are refused from now on. Without an access token, browsers end the session of
/// their cookie.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "sessions", security(("bearer" = [])), responses(
    (status = 200, description = "The session has ended", body = ApiResponse<Nothing>),
    ErrorResponses<LogOut>,
))]
async fn logout(call: RefreshTokenCall, LogOut { session, cookie }: LogOut) -> Result<Reply<Nothing>, ApiError> {
    let (sessions, log) = (&call.services.sessions, &call.state.credential_log);
    let has_ended = match &session {
        Some(session) => end_own(sessions, log, session, &call.origin).await?,
        None => false,
    };
    let reply = Reply::new(Nothing).with_message(Message::LoggedOut);
    let Some(token) = cookie else {
        return if has_ended { Ok(reply) } else { Err(ApiError::InvalidToken("the session has ended".into())) };
    };
    let left = sessions.end_by_refresh_token(&token, call.locale, &call.origin).await;
    call.log_end(&left, has_ended).await?;
    match left {
        Err(error) if !(has_ended && matches!(error, RefreshError::Invalid(_))) => Err(of_refresh(error, true)),
        _ => Ok(reply.clearing_refresh_token()),
    }
}

async fn end_own(
    sessions: &Sessions,
    log: &CredentialLog,
    session: &CurrentSession,
    origin: &AuditOrigin,
) -> Result<bool, ApiError> {
    let has_ended = sessions.end(session.user.id, session.id, &session.act(origin.clone())).await?;
    log.done(AuditAction::LogOut, has_ended);
    Ok(has_ended)
}

/// End every session of the user
///
/// With `keep_current` the session of the call goes on.
#[utoipa::path(post, path = "/api/v1/auth/logout-all", tag = "sessions", security(("bearer" = [])),
    request_body = Option<LogoutAllRequest>, responses(
    (status = 200, description = "The sessions have ended", body = ApiResponse<EndedSessions>),
    ErrorResponses<Authorized<CurrentSession, OptionalBody<LogoutAllRequest>>>,
))]
async fn logout_all(
    state: Data<ApiState>,
    services: Data<Services>,
    RequestOrigin(origin): RequestOrigin,
    Authorized(current, OptionalBody(request)): Authorized<CurrentSession, OptionalBody<LogoutAllRequest>>,
) -> Result<Reply<EndedSessions>, ApiError> {
    let keep = request.unwrap_or_default().keep_current.then_some(current.id);
    let ended = services.sessions.end_all(current.user.id, keep, &current.act(origin)).await?;
    state.credential_log.done(AuditAction::LogOutAll, true);
    Ok(Reply::new(EndedSessions { ended }).with_message(Message::LoggedOut))
}

/// List the sessions of the user
///
/// The one that was used last comes first, where the query does not say otherwise.
#[utoipa::path(get, path = "/api/v1/auth/sessions", tag = "sessions", security(("bearer" = [])),
    params(ListParameters, SessionListParameters), responses(
    (status = 200, description = "A page of the sessions", body = ApiResponse<SessionPage>),
    ErrorResponses<Authorized<AnySession, Listing<SessionList>>>,
))]
async fn sessions(
    request: HttpRequest,
    state: Data<ApiState>,
    services: Data<Services>,
    Authorized(AnySession(current), listing): Authorized<AnySession, Listing<SessionList>>,
) -> Result<Reply<SessionPage>, ApiError> {
    let (page, selection) = listing.page_of(services.sessions.of_user(&current.user).await?);
    selection.reply(&request, &state, page.map(|session| SessionResponse::new(session, current.id)))
}

/// The key is checked after the caller: an impersonator learns nothing about other keys.
type OwnSessionKey = Result<SessionKey, ApiError>;

/// End a session of the user
///
/// It may be the session of the call. An impersonator of the user cannot end any other.
#[utoipa::path(delete, path = "/api/v1/auth/sessions/{id}", tag = "sessions", security(("bearer" = [])),
    params(SessionKeyParameter), responses(
    (status = 200, description = "The session has ended", body = ApiResponse<Nothing>),
    ErrorResponses<(Authorized<AnySession, OwnSessionKey>, EndSession)>,
))]
async fn end_session(
    request: HttpRequest,
    state: Data<ApiState>,
    services: Data<Services>,
    RequestOrigin(origin): RequestOrigin,
    Authorized(AnySession(current), key): Authorized<AnySession, OwnSessionKey>,
) -> Result<Reply<Nothing>, ApiError> {
    let is_own = key.as_ref().is_ok_and(|SessionKey(id)| *id == current.id);
    if !is_own {
        current.require_own(&request).await?;
    }
    let SessionKey(id) = key?;
    let action = if is_own { AuditAction::LogOut } else { AuditAction::EndSession };
    let has_ended = services.sessions.end(current.user.id, id, &current.act(origin)).await?;
    state.credential_log.done(action, has_ended);
    if has_ended { Ok(Reply::new(Nothing)) } else { Err(Problem::NotFound.into()) }
}

/// What [`end_session`] refuses.
struct EndSession;

impl DeclaresProblems for EndSession {
    fn problems() -> Vec<Problem> {
        vec![Problem::Impersonated]
    }
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    match operation {
        "refresh" => context.envelope(example_tokens(context), Message::TokenRefreshed),
        "logout" => context.envelope(Nothing, Message::LoggedOut),
        "logout_all" => context.envelope(EndedSessions { ended: 2 }, Message::LoggedOut),
        "sessions" => {
            let session = example_session();
            let items = vec![SessionResponse::new(session.clone(), session.id)];
            let page = ListPage { items, next: None, total: None };
            context.envelope(PageResponse::new(page, None), Message::Done)
        }
        "end_session" => context.envelope(Nothing, Message::Done),
        _ => None,
    }
}

pub(super) fn example_session() -> Session {
    let at = ExampleContext::timestamp();
    Session {
        id: SessionId::new(Uuid::from_u128(0x7f0c_3c1e_1d8a_4b52_9a57_0d6f_5b2f_8f10)),
        user_id: UserId::new(1),
        origin: SessionOrigin { device: "Firefox, Windows".to_owned(), address: "192.0.2.0/24".to_owned() },
        amr: Amr::PASSWORD,
        authenticated_at: at,
        created_at: at,
        last_used_at: at,
        expires_at: at + Duration::from_hours(30 * 24),
        ended_at: None,
        credentials_changed_at: None,
        rotation: Rotation::first(at),
        impersonation: None,
    }
}

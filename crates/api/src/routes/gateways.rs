use std::time::Duration;

use actix_web::rt::time::sleep;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use ore_domain::permissions::TokensVerify;
use ore_errors::ApiError;
use ore_errors::messages::Message;
use ore_extract::{Authorized, FeedQuery, FeedQueryParameter, GatewayCheck, Permitted};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{ApiResponse, RevocationsResponse, RevokedSession, RevokedUser};
use ore_services::{FeedError, FeedPage, Services};
use ore_web::endpoint::Endpoint;
use ore_web::etag::etag_of;
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::Value;
use utoipa::OpenApi;

/// How often those who wait for news look whether there are any.
const LOOK: Duration = Duration::from_millis(250);
/// How long to wait before the next call, for those who do not wait in one.
const POLL: u32 = 5;

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

#[derive(OpenApi)]
#[openapi(
    paths(check, revocations),
    components(schemas(RevocationsResponse)),
    tags((name = "gateways", description = "For gateways, and for services that check access tokens"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::at("/api/v1/auth/check").get(check), Endpoint::at("/api/v1/auth/revocations").get(revocations)]
}

/// Tell a gateway who calls
///
/// For `auth_request` of nginx, `forward_auth` of Caddy, and their like. The answer has no body; headers say who calls and what
/// they may do.
#[utoipa::path(get, path = "/api/v1/auth/check", tag = "gateways",
    security(("bearer" = []), ("api_key" = [])),
    params(("permission" = Option<String>, Query, description = "What the caller has to be allowed")),
    responses(
        (status = 200, description = "The call may pass", headers(
            ("X-User-Id" = String, description = "The key of the user"),
            ("X-Client-Id" = String, description = "The key of the service account"),
            ("X-Session-Id" = String, description = "The session"),
            ("X-Impersonator-Id" = String, description = "The key of the user who acts in place of the one of X-User-Id"),
            ("X-Scopes" = String, description = "What the caller may do: permissions with spaces between them"),
        )),
        ErrorResponses<GatewayCheck>,
    ))]
async fn check(check: GatewayCheck) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for (name, value) in check.into_headers() {
        response.insert_header((name, value));
    }
    response.finish()
}

/// Tell which access tokens are void before their end
///
/// With `Prefer: wait=25` the answer waits for news for up to 25 seconds (RFC 7240). Ended sessions and deleted API keys are
/// listed one by one, and users whose tokens of before a time are all void. Who may not ask any more once the wait is over is
/// told nothing.
#[utoipa::path(get, path = "/api/v1/auth/revocations", tag = "gateways",
    security(("bearer" = ["tokens.verify"]), ("api_key" = ["tokens.verify"])), params(FeedQueryParameter), responses(
    (status = 200, description = "What came after `since`", body = ApiResponse<RevocationsResponse>),
    (status = 304, description = "The client has it"),
    ErrorResponses<Authorized<Permitted<TokensVerify>, FeedQuery>>,
))]
async fn revocations(
    services: Data<Services>,
    state: Data<ApiState>,
    request: HttpRequest,
    Authorized(_by, FeedQuery { since, wait }): Authorized<Permitted<TokensVerify>, FeedQuery>,
) -> Result<Reply<RevocationsResponse>, ApiError> {
    let mut page = services.revocations.page(since.as_deref()).await.map_err(refused)?;
    let until = state.clock.now() + wait;
    while since.is_some() && is_empty(&page) && state.clock.now() < until && !state.readiness.is_draining() {
        sleep(LOOK).await;
        if services.revocations.has_news(&page.next).await.map_err(refused)? {
            // What the caller may do may be the news.
            Permitted::<TokensVerify>::extract(&request).await?;
            page = services.revocations.page(since.as_deref()).await.map_err(refused)?;
        }
    }
    let answer = answer(page);
    let etag = etag_of(&answer);
    Ok(Reply::new(answer).with_etag(etag))
}

fn is_empty(page: &FeedPage) -> bool {
    page.sessions.is_empty() && page.users.is_empty() && !page.is_reset
}

fn answer(page: FeedPage) -> RevocationsResponse {
    RevocationsResponse {
        revoked: page.sessions.into_iter().map(|(sid, exp)| RevokedSession { sid, exp }).collect(),
        users: page.users.into_iter().map(|(uid, not_before)| RevokedUser { uid, not_before }).collect(),
        next: page.next,
        reset: page.is_reset,
        poll_after_seconds: if page.has_more { 0 } else { POLL },
    }
}

fn refused(error: FeedError) -> ApiError {
    match error {
        FeedError::Malformed => FeedQuery::refused(),
        FeedError::Store(error) => error.into(),
    }
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    if operation != "revocations" {
        return None;
    }
    let example = RevocationsResponse {
        revoked: vec![RevokedSession { sid: "7f0c3c1e-1d8a-4b52-9a57-0d6f5b2f8f10".to_owned(), exp: 1_795_948_471 }],
        users: vec![RevokedUser { uid: 7, not_before: 1_795_946_671 }],
        next: "9f86d081884c7d65-42".to_owned(),
        reset: false,
        poll_after_seconds: POLL,
    };
    context.envelope(example, Message::Done)
}

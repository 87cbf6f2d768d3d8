use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ore_domain::permissions::{KeysRead, KeysWrite};
use ore_domain::{ApiKey, ApiKeyId, AuditOrigin, KeyOwner, ListPage, Permission, UserId, Uuid};
use ore_errors::messages::Message;
use ore_errors::{ApiError, Problem};
use ore_extract::{
    AnySession, Authorized, ChangesOwner, CurrentSession, Key, KeyOf, KeyOfUserParameter, Permitted,
    ReauthenticatedCredentials, RequestOrigin, UuidKey, UuidKeyParameter,
};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{ApiKeyResponse, ApiResponse, CreateApiKeyRequest, CreatedApiKeyResponse, Nothing, PageResponse};
use ore_services::{CreateKeyError, KeyRequest, Services};
use ore_web::endpoint::Endpoint;
use ore_web::list::{CreationListParameters, KeyList, ListParameters, Listing};
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::Value;
use utoipa::OpenApi;

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

type ApiKeyPage = PageResponse<ApiKeyResponse>;

#[derive(OpenApi)]
#[openapi(
    paths(api_keys, create_api_key, delete_api_key, user_api_keys, delete_user_api_key),
    components(schemas(ApiKeyPage, ApiKeyResponse)),
    tags((name = "api-keys", description = "API keys, with which programs call for a user"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/api/v1/api-keys").get(api_keys).post(create_api_key),
        Endpoint::at("/api/v1/api-keys/{id}").delete(delete_api_key),
        Endpoint::at("/api/v1/users/{id}/api-keys").get(user_api_keys),
        Endpoint::at("/api/v1/users/{id}/api-keys/{kid}").delete(delete_user_api_key),
    ]
}

/// List the API keys of the user
///
/// Expired ones too, the newest first.
#[utoipa::path(get, path = "/api/v1/api-keys", tag = "api-keys", security(("bearer" = [])),
    params(ListParameters, CreationListParameters), responses(
    (status = 200, description = "A page of the keys", body = ApiResponse<ApiKeyPage>),
    ErrorResponses<Authorized<AnySession, Listing<KeyList>>>,
))]
async fn api_keys(
    request: HttpRequest,
    state: Data<ApiState>,
    services: Data<Services>,
    Authorized(AnySession(current), listing): Authorized<AnySession, Listing<KeyList>>,
) -> Result<Reply<ApiKeyPage>, ApiError> {
    let (asked, selection) = listing.split();
    let page = services.api_keys.list(current.user.id, asked).await?;
    selection.reply(&request, &state, page.map(ApiKeyResponse::of_user))
}

/// Make an API key
///
/// The answer has the key, which nobody can tell afterwards. It is for what the user may do, and never for more than the user
/// may do when it is used. The user has to have authenticated within `BACKEND_REAUTH_SECONDS`.
#[utoipa::path(post, path = "/api/v1/api-keys", tag = "api-keys", security(("bearer" = [])),
    request_body = CreateApiKeyRequest, responses(
    (status = 201, description = "The key", body = ApiResponse<CreatedApiKeyResponse>),
    ErrorResponses<(ReauthenticatedCredentials<CreateApiKeyRequest>, CreateKeyError)>,
))]
async fn create_api_key(
    state: Data<ApiState>,
    services: Data<Services>,
    RequestOrigin(origin): RequestOrigin,
    ReauthenticatedCredentials(current, idempotent): ReauthenticatedCredentials<CreateApiKeyRequest>,
) -> Result<HttpResponse, ApiError> {
    let origin = current.act(origin);
    idempotent.answer(&services, &origin, |request| make_key(&state, &services, &current, &origin, request)).await
}

async fn make_key(
    state: &ApiState,
    services: &Services,
    current: &CurrentSession,
    origin: &AuditOrigin,
    request: CreateApiKeyRequest,
) -> Result<Reply<CreatedApiKeyResponse>, ApiError> {
    let CreateApiKeyRequest { name, permissions, expires_in_days } = request;
    let request = KeyRequest { name, permissions, lifetime: expires_in_days };
    let result = services.api_keys.create(current.user.id, current.id, request, origin).await;
    state.credential_log.api_key(current.user.id, &result);
    let created = result?;
    let location = format!("api-keys/{}", created.key.id);
    let key = ApiKeyResponse::of_user(created.key);
    Ok(Reply::created(CreatedApiKeyResponse::new(key, created.token.expose()), location))
}

/// Delete an API key
///
/// It is refused from now on.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", tag = "api-keys", security(("bearer" = [])),
    params(UuidKeyParameter), responses(
    (status = 200, description = "The key is gone", body = ApiResponse<Nothing>),
    ErrorResponses<Authorized<CurrentSession, UuidKey<ApiKeyId>>>,
))]
async fn delete_api_key(
    services: Data<Services>,
    RequestOrigin(origin): RequestOrigin,
    Authorized(current, UuidKey(id)): Authorized<CurrentSession, UuidKey<ApiKeyId>>,
) -> Result<Reply<Nothing>, ApiError> {
    let is_deleted = services.api_keys.delete(current.user.id, id, &current.act(origin)).await?;
    if is_deleted { Ok(Reply::new(Nothing)) } else { Err(Problem::NotFound.into()) }
}

/// List the API keys of a user
///
/// Expired ones too, the newest first.
#[utoipa::path(get, path = "/api/v1/users/{id}/api-keys", tag = "api-keys",
    security(("bearer" = ["keys.read"]), ("api_key" = ["keys.read"])),
    params(Key, ListParameters, CreationListParameters), responses(
    (status = 200, description = "A page of the keys", body = ApiResponse<ApiKeyPage>),
    ErrorResponses<Authorized<Permitted<KeysRead>, (Key, Listing<KeyList>)>>,
))]
async fn user_api_keys(
    request: HttpRequest,
    state: Data<ApiState>,
    services: Data<Services>,
    Authorized(_by, (Key(id), listing)): Authorized<Permitted<KeysRead>, (Key, Listing<KeyList>)>,
) -> Result<Reply<ApiKeyPage>, ApiError> {
    let (asked, selection) = listing.split();
    let page = services.api_keys.list_of_other(UserId::new(id), asked).await?;
    selection.reply(&request, &state, page.map(ApiKeyResponse::of_user))
}

/// Delete an API key of a user
///
/// It is refused from now on.
#[utoipa::path(delete, path = "/api/v1/users/{id}/api-keys/{kid}", tag = "api-keys",
    security(("bearer" = ["keys.write"]), ("api_key" = ["keys.write"])), params(KeyOfUserParameter), responses(
    (status = 200, description = "The key is gone", body = ApiResponse<Nothing>),
    ErrorResponses<(Authorized<Permitted<KeysWrite>, KeyOf<UserId>>, ChangesOwner)>,
))]
async fn delete_user_api_key(
    services: Data<Services>,
    Authorized(actor, KeyOf { owner, key }): Authorized<Permitted<KeysWrite>, KeyOf<UserId>>,
) -> Result<Reply<Nothing>, ApiError> {
    services.api_keys.delete_of_other(&actor, owner, key).await?;
    Ok(Reply::new(Nothing))
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    let key = || ApiKeyResponse::of_user(example_key());
    match operation {
        "api_keys" | "user_api_keys" => {
            let page = ListPage { items: vec![key()], next: None, total: None };
            context.envelope(PageResponse::new(page, None), Message::Done)
        }
        "create_api_key" => context.envelope(CreatedApiKeyResponse::new(key(), EXAMPLE_TEXT), Message::Created),
        "delete_api_key" | "delete_user_api_key" => context.envelope(Nothing, Message::Done),
        _ => None,
    }
}

/// No scanner for secrets takes it for one.
pub(super) const EXAMPLE_TEXT: &str = "ore_ak_4Ft9xQ….1Vd0Qz";

pub(super) fn example_key() -> ApiKey {
    let at = ExampleContext::timestamp();
    ApiKey {
        id: ApiKeyId::new(Uuid::from_u128(0x3b0a_6c1e_9d1f_4f0e_8a57_6d2f_5b1c_8f21)),
        owner: KeyOwner::User(UserId::new(1)),
        name: "Nightly report".to_owned(),
        prefix: "ore_ak_4Ft9xQ".to_owned(),
        permissions: Some([Permission::UsersRead].into_iter().collect()),
        created_at: at,
        expires_at: at + Duration::from_hours(90 * 24),
        last_used_at: None,
    }
}

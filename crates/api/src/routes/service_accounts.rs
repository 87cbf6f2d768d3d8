use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ore_domain::permissions::{KeysRead, KeysWrite};
use ore_domain::{AuditAction, ListPage, Permission, ServiceAccount, ServiceAccountId, Uuid};
use ore_errors::ApiError;
use ore_errors::messages::Message;
use ore_extract::{
    Authorized, ChangesOwner, ConditionalDelete, ConditionalUpdate, Idempotent, KeyOf, KeyOfAccountParameter,
    Permitted, PermittedInSession, UuidKey, UuidKeyParameter, admit_credentials,
};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{
    ApiKeyResponse, ApiResponse, CreateAccountKeyRequest, CreateServiceAccountRequest, CreatedApiKeyResponse,
    EditServiceAccountRequest, Nothing, PageResponse, ServiceAccountResponse,
};
use ore_services::{Actor, ServiceAccountChange, Services};
use ore_web::credential_log::CredentialCall;
use ore_web::endpoint::Endpoint;
use ore_web::etag::etag_of;
use ore_web::list::{CreationListParameters, KeyList, ListParameters, Listing, ServiceAccountList};
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::Value;
use utoipa::OpenApi;

use super::api_keys::{EXAMPLE_TEXT, example_key};

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

type ServiceAccountPage = PageResponse<ServiceAccountResponse>;
type ApiKeyPage = PageResponse<ApiKeyResponse>;

#[derive(OpenApi)]
#[openapi(
    paths(
        service_accounts, create_service_account, service_account, update_service_account, delete_service_account,
        service_account_keys, create_service_account_key, delete_service_account_key
    ),
    components(schemas(ServiceAccountPage, ServiceAccountResponse)),
    tags((name = "service-accounts", description = "Service accounts: programs that call with keys of their own"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/api/v1/service-accounts").get(service_accounts).post(create_service_account),
        Endpoint::at("/api/v1/service-accounts/{id}")
            .get(service_account)
            .patch(update_service_account)
            .delete(delete_service_account),
        Endpoint::at("/api/v1/service-accounts/{id}/keys").get(service_account_keys).post(create_service_account_key),
        Endpoint::at("/api/v1/service-accounts/{id}/keys/{kid}").delete(delete_service_account_key),
    ]
}

/// List the service accounts
///
/// The newest comes first, where the query does not say otherwise.
#[utoipa::path(get, path = "/api/v1/service-accounts", tag = "service-accounts",
    security(("bearer" = ["keys.read"]), ("api_key" = ["keys.read"])),
    params(ListParameters, CreationListParameters), responses(
    (status = 200, description = "A page of the service accounts",
        body = ApiResponse<ServiceAccountPage>),
    ErrorResponses<Authorized<Permitted<KeysRead>, Listing<ServiceAccountList>>>,
))]
async fn service_accounts(
    request: HttpRequest,
    state: Data<ApiState>,
    services: Data<Services>,
    Authorized(_by, listing): Authorized<Permitted<KeysRead>, Listing<ServiceAccountList>>,
) -> Result<Reply<ServiceAccountPage>, ApiError> {
    let (asked, selection) = listing.split();
    let page = services.service_accounts.list(asked).await?;
    selection.reply(&request, &state, page.map(|account| ServiceAccountResponse::from(&account)))
}

/// Make a service account
///
/// It can have only permissions that the caller has. It stays when the account of the caller is deleted.
#[utoipa::path(post, path = "/api/v1/service-accounts", tag = "service-accounts",
    security(("bearer" = ["keys.write"]), ("api_key" = ["keys.write"])),
    request_body = CreateServiceAccountRequest, responses(
    (status = 201, description = "The service account", body = ApiResponse<ServiceAccountResponse>),
    ErrorResponses<Authorized<Permitted<KeysWrite>, Idempotent<CreateServiceAccountRequest>>>,
))]
async fn create_service_account(
    services: Data<Services>,
    Authorized(actor, idempotent): Authorized<Permitted<KeysWrite>, Idempotent<CreateServiceAccountRequest>>,
) -> Result<HttpResponse, ApiError> {
    idempotent.answer(&services, &actor.origin, |request| make_account(&services, &actor, request)).await
}

async fn make_account(
    services: &Services,
    actor: &Actor,
    request: CreateServiceAccountRequest,
) -> Result<Reply<ServiceAccountResponse>, ApiError> {
    let CreateServiceAccountRequest { name, permissions } = request;
    let account = services.service_accounts.create(actor, name, permissions).await?;
    let location = format!("service-accounts/{}", account.id);
    Ok(Reply::created(ServiceAccountResponse::from(&account), location).with_etag(etag(&account)))
}

/// Tell about a service account
///
/// The `ETag` is what a change of the account needs.
#[utoipa::path(get, path = "/api/v1/service-accounts/{id}", tag = "service-accounts",
    security(("bearer" = ["keys.read"]), ("api_key" = ["keys.read"])), params(UuidKeyParameter), responses(
    (status = 200, description = "The service account", body = ApiResponse<ServiceAccountResponse>),
    ErrorResponses<Authorized<Permitted<KeysRead>, UuidKey<ServiceAccountId>>>,
))]
async fn service_account(
    services: Data<Services>,
    Authorized(_by, UuidKey(id)): Authorized<Permitted<KeysRead>, UuidKey<ServiceAccountId>>,
) -> Result<Reply<ServiceAccountResponse>, ApiError> {
    let account = services.service_accounts.find(id).await?;
    Ok(Reply::new(ServiceAccountResponse::from(&account)).with_etag(etag(&account)))
}

/// Change a service account
///
/// What is left out stays as it is. Its keys allow at once what it may do. `If-Match` has to name the `ETag` of what is
/// changed.
#[utoipa::path(patch, path = "/api/v1/service-accounts/{id}", tag = "service-accounts",
    security(("bearer" = ["keys.write"]), ("api_key" = ["keys.write"])), params(UuidKeyParameter),
    request_body = EditServiceAccountRequest, responses(
    (status = 200, description = "The service account", body = ApiResponse<ServiceAccountResponse>),
    ErrorResponses<(
        Authorized<Permitted<KeysWrite>, (UuidKey<ServiceAccountId>, ConditionalUpdate<EditServiceAccountRequest>)>,
        ChangesOwner
    )>,
))]
async fn update_service_account(
    services: Data<Services>,
    Authorized(actor, (UuidKey(id), update)): Authorized<
        Permitted<KeysWrite>,
        (UuidKey<ServiceAccountId>, ConditionalUpdate<EditServiceAccountRequest>),
    >,
) -> Result<Reply<ServiceAccountResponse>, ApiError> {
    let current = services.service_accounts.find_to_change(&actor, AuditAction::UpdateServiceAccount, id).await?;
    let (if_match, EditServiceAccountRequest { name, permissions }) = update.check(&etag(&current))?;
    let change = ServiceAccountChange { name, permissions };
    let account = services.service_accounts.update(&actor, id, if_match.into_precondition(etag), change).await?;
    Ok(Reply::new(ServiceAccountResponse::from(&account)).with_etag(etag(&account)))
}

/// Delete a service account
///
/// Its keys are refused from now on. `If-Match` has to name the `ETag` of what is deleted.
#[utoipa::path(delete, path = "/api/v1/service-accounts/{id}", tag = "service-accounts",
    security(("bearer" = ["keys.write"]), ("api_key" = ["keys.write"])), params(UuidKeyParameter), responses(
    (status = 200, description = "The service account is gone", body = ApiResponse<Nothing>),
    ErrorResponses<(Authorized<Permitted<KeysWrite>, (UuidKey<ServiceAccountId>, ConditionalDelete)>, ChangesOwner)>,
))]
async fn delete_service_account(
    services: Data<Services>,
    Authorized(actor, (UuidKey(id), deletion)): Authorized<
        Permitted<KeysWrite>,
        (UuidKey<ServiceAccountId>, ConditionalDelete),
    >,
) -> Result<Reply<Nothing>, ApiError> {
    let current = services.service_accounts.find_to_change(&actor, AuditAction::DeleteServiceAccount, id).await?;
    let if_match = deletion.check(&etag(&current))?;
    services.service_accounts.delete(&actor, id, if_match.into_precondition(etag)).await?;
    Ok(Reply::new(Nothing))
}

/// List the keys of a service account
///
/// Expired ones too, the newest first.
#[utoipa::path(get, path = "/api/v1/service-accounts/{id}/keys", tag = "service-accounts",
    security(("bearer" = ["keys.read"]), ("api_key" = ["keys.read"])),
    params(UuidKeyParameter, ListParameters, CreationListParameters), responses(
    (status = 200, description = "A page of the keys", body = ApiResponse<ApiKeyPage>),
    ErrorResponses<Authorized<Permitted<KeysRead>, (UuidKey<ServiceAccountId>, Listing<KeyList>)>>,
))]
async fn service_account_keys(
    request: HttpRequest,
    state: Data<ApiState>,
    services: Data<Services>,
    Authorized(_by, (UuidKey(id), listing)): Authorized<
        Permitted<KeysRead>,
        (UuidKey<ServiceAccountId>, Listing<KeyList>),
    >,
) -> Result<Reply<ApiKeyPage>, ApiError> {
    let (asked, selection) = listing.split();
    let (account, page) = services.service_accounts.list_keys(id, asked).await?;
    let page = page.map(|key| ApiKeyResponse::of_account(key, account.permissions));
    selection.reply(&request, &state, page)
}

/// Make a key of a service account
///
/// The answer has the key, which nobody can tell afterwards. It is for all that the account may do. No API key makes others.
#[utoipa::path(post, path = "/api/v1/service-accounts/{id}/keys", tag = "service-accounts",
    security(("bearer" = ["keys.write"])), params(UuidKeyParameter), request_body = CreateAccountKeyRequest, responses(
    (status = 201, description = "The key", body = ApiResponse<CreatedApiKeyResponse>),
    ErrorResponses<
        Authorized<PermittedInSession<KeysWrite>, (UuidKey<ServiceAccountId>, Idempotent<CreateAccountKeyRequest>)>
    >,
))]
async fn create_service_account_key(
    call: HttpRequest,
    services: Data<Services>,
    Authorized(PermittedInSession(actor), (UuidKey(id), idempotent)): Authorized<
        PermittedInSession<KeysWrite>,
        (UuidKey<ServiceAccountId>, Idempotent<CreateAccountKeyRequest>),
    >,
) -> Result<HttpResponse, ApiError> {
    idempotent.answer(&services, &actor.origin, |request| make_key(&call, &services, &actor, id, request)).await
}

async fn make_key(
    call: &HttpRequest,
    services: &Services,
    actor: &Actor,
    id: ServiceAccountId,
    request: CreateAccountKeyRequest,
) -> Result<Reply<CreatedApiKeyResponse>, ApiError> {
    let CreateAccountKeyRequest { name, expires_in_days } = request;
    admit_credentials(call, CredentialCall::CreateApiKey, None).await?;
    let (account, created) = services.service_accounts.create_key(actor, id, name, expires_in_days).await?;
    let location = format!("keys/{}", created.key.id);
    let key = ApiKeyResponse::of_account(created.key, account.permissions);
    Ok(Reply::created(CreatedApiKeyResponse::new(key, created.token.expose()), location))
}

/// Delete a key of a service account
///
/// It is refused from now on.
#[utoipa::path(delete, path = "/api/v1/service-accounts/{id}/keys/{kid}", tag = "service-accounts",
    security(("bearer" = ["keys.write"]), ("api_key" = ["keys.write"])), params(KeyOfAccountParameter), responses(
    (status = 200, description = "The key is gone", body = ApiResponse<Nothing>),
    ErrorResponses<(Authorized<Permitted<KeysWrite>, KeyOf<ServiceAccountId>>, ChangesOwner)>,
))]
async fn delete_service_account_key(
    services: Data<Services>,
    Authorized(actor, KeyOf { owner, key }): Authorized<Permitted<KeysWrite>, KeyOf<ServiceAccountId>>,
) -> Result<Reply<Nothing>, ApiError> {
    services.service_accounts.delete_key(&actor, owner, key).await?;
    Ok(Reply::new(Nothing))
}

fn etag(account: &ServiceAccount) -> String {
    etag_of(&ServiceAccountResponse::from(account))
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    let account = || ServiceAccountResponse::from(&example_account());
    let key = || ApiKeyResponse::of_account(example_key(), example_account().permissions);
    match operation {
        "service_accounts" => {
            let page = ListPage { items: vec![account()], next: None, total: None };
            context.envelope(PageResponse::new(page, None), Message::Done)
        }
        "create_service_account" => context.envelope(account(), Message::Created),
        "service_account" | "update_service_account" => context.envelope(account(), Message::Done),
        "service_account_keys" => {
            let page = ListPage { items: vec![key()], next: None, total: None };
            context.envelope(PageResponse::new(page, None), Message::Done)
        }
        "create_service_account_key" => {
            context.envelope(CreatedApiKeyResponse::new(key(), EXAMPLE_TEXT), Message::Created)
        }
        "delete_service_account" | "delete_service_account_key" => context.envelope(Nothing, Message::Done),
        _ => None,
    }
}

fn example_account() -> ServiceAccount {
    let at = ExampleContext::timestamp();
    ServiceAccount {
        id: ServiceAccountId::new(Uuid::from_u128(0xb7c3_a1f0_5e1d_4c8b_9a0e_2f6d_4b8c_1e35)),
        name: "Billing".to_owned(),
        permissions: [Permission::UsersRead].into_iter().collect(),
        created_at: at,
        updated_at: at,
    }
}

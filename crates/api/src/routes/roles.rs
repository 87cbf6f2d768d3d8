use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ore_domain::permissions::{RolesWrite, UsersRead};
use ore_domain::{AuditAction, ListPage, Permission, Role, RoleName};
use ore_errors::ApiError;
use ore_errors::messages::Message;
use ore_extract::{Authorized, ConditionalDelete, ConditionalUpdate, Idempotent, Permitted, RoleKey, RoleKeyParameter};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{ApiResponse, CreateRoleRequest, EditRoleRequest, Nothing, PageResponse, RoleResponse};
use ore_services::{Actor, AdministrationError, NewRole, RoleChange, Services};
use ore_web::endpoint::Endpoint;
use ore_web::etag::etag_of;
use ore_web::list::{ListParameters, Listing, RoleList, RoleListParameters};
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::Value;
use utoipa::OpenApi;

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

type RolePage = PageResponse<RoleResponse>;

#[derive(OpenApi)]
#[openapi(
    paths(roles, create_role, role, update_role, delete_role),
    components(schemas(RolePage, RoleResponse)),
    tags((name = "roles", description = "Roles, which say what users may do"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/api/v1/roles").get(roles).post(create_role),
        Endpoint::at("/api/v1/roles/{name}").get(role).patch(update_role).delete(delete_role),
    ]
}

/// List the roles
///
/// By name, built-in ones too.
#[utoipa::path(get, path = "/api/v1/roles", tag = "roles", security(("bearer" = ["users.read"]), ("api_key" = ["users.read"])),
    params(ListParameters, RoleListParameters), responses(
    (status = 200, description = "A page of the roles", body = ApiResponse<RolePage>),
    ErrorResponses<Authorized<Permitted<UsersRead>, Listing<RoleList>>>,
))]
async fn roles(
    request: HttpRequest,
    state: Data<ApiState>,
    services: Data<Services>,
    Authorized(_by, listing): Authorized<Permitted<UsersRead>, Listing<RoleList>>,
) -> Result<Reply<RolePage>, ApiError> {
    let (page, selection) = listing.page_of(services.roles.list().await?);
    selection.reply(&request, &state, page.map(|role| RoleResponse::from(&role)))
}

/// Make a role
///
/// It can have only permissions that the caller has.
#[utoipa::path(post, path = "/api/v1/roles", tag = "roles", security(("bearer" = ["roles.write"]), ("api_key" = ["roles.write"])),
    request_body = CreateRoleRequest, responses(
    (status = 201, description = "The role", body = ApiResponse<RoleResponse>),
    ErrorResponses<(Authorized<Permitted<RolesWrite>, Idempotent<CreateRoleRequest>>, AdministrationError)>,
))]
async fn create_role(
    services: Data<Services>,
    Authorized(actor, idempotent): Authorized<Permitted<RolesWrite>, Idempotent<CreateRoleRequest>>,
) -> Result<HttpResponse, ApiError> {
    idempotent.answer(&services, &actor.origin, |request| make_role(&services, &actor, request)).await
}

async fn make_role(
    services: &Services,
    actor: &Actor,
    request: CreateRoleRequest,
) -> Result<Reply<RoleResponse>, ApiError> {
    let CreateRoleRequest { name, description, permissions } = request;
    let role = services.roles.create(actor, NewRole { name, description, permissions }).await?;
    let location = format!("roles/{}", role.name);
    Ok(Reply::created(RoleResponse::from(&role), location).with_etag(etag(&role)))
}

/// Tell about a role
///
/// The `ETag` is what a change of the role needs.
#[utoipa::path(get, path = "/api/v1/roles/{name}", tag = "roles", security(("bearer" = ["users.read"]), ("api_key" = ["users.read"])),
    params(RoleKeyParameter), responses(
    (status = 200, description = "The role", body = ApiResponse<RoleResponse>),
    ErrorResponses<Authorized<Permitted<UsersRead>, RoleKey>>,
))]
async fn role(
    services: Data<Services>,
    Authorized(_by, RoleKey(name)): Authorized<Permitted<UsersRead>, RoleKey>,
) -> Result<Reply<RoleResponse>, ApiError> {
    let role = services.roles.find(name).await?;
    Ok(Reply::new(RoleResponse::from(&role)).with_etag(etag(&role)))
}

/// Change a role
///
/// What is left out stays as it is. It acts at once. `If-Match` has to name the `ETag` of what is changed.
#[utoipa::path(patch, path = "/api/v1/roles/{name}", tag = "roles", security(("bearer" = ["roles.write"]), ("api_key" = ["roles.write"])),
    params(RoleKeyParameter), request_body = EditRoleRequest, responses(
    (status = 200, description = "The role", body = ApiResponse<RoleResponse>),
    ErrorResponses<(
        Authorized<Permitted<RolesWrite>, (RoleKey, ConditionalUpdate<EditRoleRequest>)>,
        AdministrationError
    )>,
))]
async fn update_role(
    services: Data<Services>,
    Authorized(actor, (RoleKey(name), update)): Authorized<
        Permitted<RolesWrite>,
        (RoleKey, ConditionalUpdate<EditRoleRequest>),
    >,
) -> Result<Reply<RoleResponse>, ApiError> {
    let current = services.roles.find_to_change(&actor, AuditAction::UpdateRole, name.clone()).await?;
    let (if_match, EditRoleRequest { description, permissions }) = update.check(&etag(&current))?;
    let change = RoleChange { description, permissions };
    let role = services.roles.update(&actor, name, if_match.into_precondition(etag), change).await?;
    Ok(Reply::new(RoleResponse::from(&role)).with_etag(etag(&role)))
}

/// Delete a role
///
/// Its holders lose it at once. `If-Match` has to name the `ETag` of what is deleted.
#[utoipa::path(delete, path = "/api/v1/roles/{name}", tag = "roles", security(("bearer" = ["roles.write"]), ("api_key" = ["roles.write"])),
    params(RoleKeyParameter), responses(
    (status = 200, description = "The role is gone", body = ApiResponse<Nothing>),
    ErrorResponses<(Authorized<Permitted<RolesWrite>, (RoleKey, ConditionalDelete)>, AdministrationError)>,
))]
async fn delete_role(
    services: Data<Services>,
    Authorized(actor, (RoleKey(name), deletion)): Authorized<Permitted<RolesWrite>, (RoleKey, ConditionalDelete)>,
) -> Result<Reply<Nothing>, ApiError> {
    let current = services.roles.find_to_change(&actor, AuditAction::DeleteRole, name.clone()).await?;
    let if_match = deletion.check(&etag(&current))?;
    services.roles.delete(&actor, name, if_match.into_precondition(etag)).await?;
    Ok(Reply::new(Nothing))
}

fn etag(role: &Role) -> String {
    etag_of(&RoleResponse::from(role))
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    let role = || example_role().map(|role| RoleResponse::from(&role));
    match operation {
        "roles" => {
            let page = ListPage { items: vec![role()?], next: None, total: None };
            context.envelope(PageResponse::new(page, None), Message::Done)
        }
        "create_role" => context.envelope(role()?, Message::Created),
        "role" | "update_role" => context.envelope(role()?, Message::Done),
        "delete_role" => context.envelope(Nothing, Message::Done),
        _ => None,
    }
}

fn example_role() -> Option<Role> {
    let (name, at): (RoleName, _) = ("support".parse().ok()?, ExampleContext::timestamp());
    let permissions = [Permission::UsersRead].into_iter().collect();
    Some(Role { name, description: Some("Answers the users".to_owned()), permissions, created_at: at, updated_at: at })
}

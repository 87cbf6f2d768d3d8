use actix_web::HttpRequest;
use actix_web::web::Data;
use ore_domain::permissions::AuditRead;
use ore_domain::{AuditAction, AuditEntry, AuditOutcome, AuditParty, ListPage, UserId};
use ore_errors::ApiError;
use ore_errors::messages::Message;
use ore_extract::{Authorized, Permitted};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{ApiResponse, AuditEntryResponse, PageResponse};
use ore_services::Services;
use ore_web::endpoint::Endpoint;
use ore_web::list::{AuditList, ListParameters, Listing};
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::Value;
use utoipa::{IntoParams, OpenApi};

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

type AuditEntryPage = PageResponse<AuditEntryResponse>;

#[derive(OpenApi)]
#[openapi(
    paths(audit),
    components(schemas(AuditEntryPage)),
    tags((name = "audit", description = "Who did what with credentials and accounts"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::at("/api/v1/audit").get(audit)]
}

/// What the list of entries takes beside what every list takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only the document has it")]
struct AuditListParameters {
    /// Who did it: `type:id`, or an id of any type.
    #[param(required = false, example = "user:1")]
    actor: String,
    /// What it was done to: `type:id`, or an id of any type.
    #[param(required = false, example = "user:1")]
    subject: String,
    /// What was done.
    #[param(required = false, example = "auth.login")]
    action: String,
    /// How it ended: `success`, `failure` or `denied`.
    #[param(required = false, pattern = "^(success|failure|denied)$")]
    outcome: String,
    /// At this time or later.
    #[param(required = false, format = DateTime)]
    after: String,
    /// Before this time.
    #[param(required = false, format = DateTime)]
    before: String,
    /// `id`, or `-id` for the newest first.
    #[param(required = false, default = "-id", pattern = "^-?id$")]
    sort: String,
}

/// List the audit log
///
/// The newest entry comes first, where the query does not say otherwise.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", security(("bearer" = ["audit.read"]), ("api_key" = ["audit.read"])),
    params(ListParameters, AuditListParameters), responses(
    (status = 200, description = "A page of the audit log", body = ApiResponse<AuditEntryPage>),
    ErrorResponses<Authorized<Permitted<AuditRead>, Listing<AuditList>>>,
))]
async fn audit(
    request: HttpRequest,
    state: Data<ApiState>,
    services: Data<Services>,
    Authorized(_by, listing): Authorized<Permitted<AuditRead>, Listing<AuditList>>,
) -> Result<Reply<AuditEntryPage>, ApiError> {
    let (asked, selection) = listing.split();
    let page = services.audit.page(asked).await?;
    selection.reply(&request, &state, page.map(AuditEntryResponse::from))
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    if operation != "audit" {
        return None;
    }
    let items = vec![AuditEntryResponse::from(example_entry())];
    context.envelope(PageResponse::new(ListPage { items, next: None, total: None }, None), Message::Done)
}

fn example_entry() -> AuditEntry {
    AuditEntry {
        id: 1,
        at: ExampleContext::timestamp(),
        action: AuditAction::LogIn.name().to_owned(),
        outcome: AuditOutcome::Failure.name().to_owned(),
        reason: Some("wrong_password".to_owned()),
        actor: None,
        subject: Some(AuditParty::user(UserId::new(1))),
        address: Some("192.0.2.0/24".to_owned()),
        user_agent: Some("Firefox, Windows".to_owned()),
        request_id: Some("01a2041e-213a-73b5-8e99-f9bd446c72db".to_owned()),
        session_id: None,
        details: None,
    }
}

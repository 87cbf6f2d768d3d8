use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::AuthorizationServerMetadata;
use ore_web::endpoint::Endpoint;
use ore_web::state::ApiState;
use serde_json::Value;
use utoipa::OpenApi;

use crate::authorization_server::metadata;

/// As long as the public keys, which it leads to.
const CACHING: &str = "public, max-age=300";

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

#[derive(OpenApi)]
#[openapi(paths(oauth_metadata), components(schemas(AuthorizationServerMetadata)))]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::at("/.well-known/oauth-authorization-server").get(oauth_metadata)]
}

/// Tell where the endpoints of OAuth are
///
/// There where tokens are signed with a pair of keys and the issuer is an `https` URL.
#[utoipa::path(get, path = "/.well-known/oauth-authorization-server", tag = "oauth", responses(
    (status = 200, description = "The metadata (RFC 8414)", body = AuthorizationServerMetadata),
    ErrorResponses<NoMetadata>,
))]
async fn oauth_metadata(state: Data<ApiState>) -> Result<HttpResponse, ApiError> {
    let metadata = state.authorization_server.as_deref().ok_or(Problem::NotFound)?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, CACHING)).json(metadata))
}

/// Where others could not check our tokens.
struct NoMetadata;

impl DeclaresProblems for NoMetadata {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotFound]
    }
}

fn example(operation: &str, _: &ExampleContext<'_>) -> Option<Value> {
    let issuer = "https://id.example.org";
    (operation == "oauth_metadata").then(|| serde_json::to_value(metadata(issuer, issuer, true)).ok())?
}

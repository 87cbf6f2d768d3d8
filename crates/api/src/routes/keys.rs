use actix_web::http::header::{CACHE_CONTROL, ETAG};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{JsonWebKey, JsonWebKeySet};
use ore_security::token::Jwk;
use ore_services::Services;
use ore_web::endpoint::Endpoint;
use ore_web::etag::{etag_of, is_known_to};
use serde_json::Value;
use utoipa::OpenApi;

/// Half of the time for which a key is published before it signs.
const CACHING: &str = "public, max-age=300";

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

#[derive(OpenApi)]
#[openapi(
    paths(json_web_keys),
    components(schemas(JsonWebKeySet)),
    tags((name = "keys", description = "For services that check access tokens"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::at("/.well-known/jwks.json").get(json_web_keys)]
}

/// Tell the public keys of access tokens
///
/// A key is told ten minutes before the first token is signed with it, and until the last has ended. Where tokens are signed
/// with a shared secret there are none.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "keys", responses(
    (status = 200, description = "The keys (RFC 7517)", body = JsonWebKeySet),
    (status = 304, description = "The client has them"),
    ErrorResponses<UnknownKeys>,
))]
async fn json_web_keys(services: Data<Services>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let keys = services.token_keys.current().map_err(|error| ApiError::caused(Problem::Unavailable, error))?;
    let keys = JsonWebKeySet { keys: keys.published.keys.iter().map(json_web_key).collect() };
    let etag = etag_of(&keys);
    let is_known = is_known_to(&request, &etag);
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((CACHE_CONTROL, CACHING)).insert_header((ETAG, etag));
    Ok(if is_known { response.finish() } else { response.json(keys) })
}

/// Until the database has answered.
struct UnknownKeys;

impl DeclaresProblems for UnknownKeys {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unavailable]
    }
}

fn json_web_key(jwk: &Jwk) -> JsonWebKey {
    JsonWebKey {
        kty: jwk.kty.clone(),
        kid: jwk.kid.clone().unwrap_or_default(),
        alg: jwk.alg.clone().unwrap_or_default(),
        usage: jwk.usage.clone().unwrap_or_default(),
        crv: jwk.crv.clone(),
        x: jwk.x.clone(),
        y: jwk.y.clone(),
        n: jwk.n.clone(),
        e: jwk.e.clone(),
    }
}

fn example(operation: &str, _: &ExampleContext<'_>) -> Option<Value> {
    if operation != "json_web_keys" {
        return None;
    }
    // RFC 8037, appendix A.2.
    let key = JsonWebKey {
        kty: "OKP".to_owned(),
        kid: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k".to_owned(),
        alg: "EdDSA".to_owned(),
        usage: "sig".to_owned(),
        crv: Some("Ed25519".to_owned()),
        x: Some("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned()),
        ..JsonWebKey::default()
    };
    serde_json::to_value(JsonWebKeySet { keys: vec![key] }).ok()
}

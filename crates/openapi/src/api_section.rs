use ore_web::endpoint::Endpoint;
use serde_json::Value;
use utoipa::openapi::OpenApi;

use crate::ExampleContext;

/// The routes of one file, and their part of the document.
pub struct ApiSection {
    /// The endpoints.
    pub endpoints: fn() -> Vec<Endpoint>,
    /// The operations, the schemas of their answers, the tag.
    pub document: fn() -> OpenApi,
    /// What the operation of this name answers when it succeeds; with `_accepted` behind the name, when it is not finished
    /// yet (202).
    pub example: fn(operation: &str, context: &ExampleContext<'_>) -> Option<Value>,
}

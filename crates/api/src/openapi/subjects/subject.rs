use serde_json::Value;
use utoipa::openapi::OpenApi;

use super::super::document::Voice;

/// The part of the document that one file of routes has.
pub(in crate::openapi) struct Subject {
    /// The operations, the schemas of their answers, the tag.
    pub(in crate::openapi) document: fn() -> OpenApi,
    /// What the operation of this name answers when it succeeds.
    pub(in crate::openapi) example: fn(operation: &str, voice: &Voice<'_>) -> Option<Value>,
}

/// Every subject, in the order of their tags in the document.
pub(in crate::openapi) const SUBJECTS: &[Subject] = &[super::auth::SUBJECT, super::operations::SUBJECT];

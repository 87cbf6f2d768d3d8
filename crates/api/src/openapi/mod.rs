//! The OpenAPI 3.1 document: made of the routes, the schemas and the one table of errors.

mod api_section;
mod document;
mod error_examples;
mod example_context;
mod headers;
mod oauth_errors;
mod operations;
mod refused;
mod request_headers;
mod success_examples;

pub use api_section::ApiSection;
pub use document::{DocumentError, document, document_text};
pub use example_context::ExampleContext;
pub use refused::Refused;

//! The OpenAPI 3.1 document: made of sections, each with its routes, of the schemas and of the one table of errors; and the pages
//! that show it.

mod api_section;
mod document;
pub mod documentation;
mod error_examples;
mod error_responses;
mod example_context;
mod headers;
mod oauth_errors;
mod operations;
mod request_headers;
mod success_examples;

pub use api_section::ApiSection;
pub use document::{DocumentError, document_text};
pub use error_responses::ErrorResponses;
pub use example_context::ExampleContext;

//! The OpenAPI 3.1 document: made of the routes, the schemas and the one table of errors.

mod document;
mod error_examples;
mod headers;
mod operations;
mod refused;
mod subjects;
mod success_examples;

pub use document::{DocumentError, document, document_text};
pub use refused::Refused;

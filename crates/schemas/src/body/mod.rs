//! From the bytes of a request to a value whose every field is valid, or to the list of all that is wrong.

mod fields;
mod request_body;
mod scalars;
mod strict_json;
mod violation;

pub use fields::Fields;
pub use request_body::{BodyError, BodyRules, RequestBody, parse_body};
pub(crate) use scalars::{line, name};
pub use strict_json::JsonFault;
pub use violation::{FieldError, Violation};

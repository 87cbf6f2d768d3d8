use std::borrow::Cow;

use serde::Serialize;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The data of an answer that has no more to say than that it was done: `null`.
///
/// Not `()`, for which the OpenAPI document would hold a schema that nothing refers to.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(feature = "client", derive(serde::Deserialize))]
pub struct Nothing;

impl ToSchema for Nothing {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Nothing")
    }
}

impl PartialSchema for Nothing {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Null).description(Some("There is no more to say.")).into()
    }
}

#[cfg(test)]
mod tests {
    use super::Nothing;

    #[test]
    fn nothing_is_null() {
        assert_eq!(serde_json::to_string(&Nothing).unwrap(), "null");
    }
}

//! Parts of the envelopes' schemas that utoipa does not derive as clients need them.

use std::borrow::Cow;

use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Object, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::{Nothing, PageResponse};

/// What was asked for: by its name, for which clients make a type; lists, options and nothing at all have none.
///
/// A schema that is named must stand among the components of the document.
pub(crate) fn data<T: ToSchema>() -> RefOr<Schema> {
    if !has_name::<T>() {
        return T::schema();
    }
    let mut reference = Ref::from_schema_name(T::name());
    "What was asked for.".clone_into(&mut reference.description);
    reference.into()
}

fn has_name<T: ToSchema>() -> bool {
    let named = [Type::Object, Type::Null].map(SchemaType::from);
    match T::schema() {
        RefOr::T(Schema::Object(schema)) => named.contains(&schema.schema_type),
        // What has the fields of another type beside its own.
        RefOr::T(Schema::AllOf(_)) => true,
        _ => false,
    }
}

/// Of every success.
pub(crate) fn always_true() -> Object {
    always(true)
}

/// Of every error.
pub(crate) fn always_false() -> Object {
    always(false)
}

/// A literal, by which typed clients tell the two envelopes apart.
fn always(value: bool) -> Object {
    let literal = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([value]));
    literal.description(Some(format!("Always `{value}`."))).build()
}

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

/// Under the name of what stands on it: clients have a type for each list.
impl<T: ToSchema> ToSchema for PageResponse<T> {
    fn name() -> Cow<'static, str> {
        let item = T::name();
        format!("{}Page", item.strip_suffix("Response").unwrap_or(&item)).into()
    }
}

impl<T: ToSchema> PartialSchema for PageResponse<T> {
    fn schema() -> RefOr<Schema> {
        let items = ArrayBuilder::new().items(Ref::from_schema_name(T::name()));
        let items = items.description(Some("What stands on the page."));
        let cursor = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("Where the next page begins, for `cursor`; `null` on the last page."));
        let total = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(0))
            .description(Some("How many there are on all pages, with `count=true`; no more than 10,000 are counted."));
        let is_estimate = ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .description(Some("Whether there are more than were counted."));
        ObjectBuilder::new()
            .description(Some("A page of a list."))
            .property("items", items)
            .property("next_cursor", cursor)
            .property("total", total)
            .property("total_is_estimate", is_estimate)
            .required("items")
            .required("next_cursor")
            .into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{CreatedApiKeyResponse, UserResponse};

    fn data_schema<T: ToSchema>() -> Value {
        serde_json::to_value(data::<T>()).unwrap()
    }

    #[test]
    fn a_type_with_a_name_is_named() {
        assert_eq!(data_schema::<UserResponse>()["$ref"], "#/components/schemas/UserResponse");
        assert_eq!(data_schema::<Nothing>()["$ref"], "#/components/schemas/Nothing");
        assert_eq!(data_schema::<PageResponse<UserResponse>>()["$ref"], "#/components/schemas/UserPage");
        let created = data_schema::<CreatedApiKeyResponse>();
        assert_eq!(created["$ref"], "#/components/schemas/CreatedApiKeyResponse");
    }

    #[test]
    fn what_has_no_name_is_written_out() {
        let list = data_schema::<Vec<UserResponse>>();
        assert_eq!((&list["type"], &list["items"]["type"]), (&json!("array"), &json!("object")));
        assert!(data_schema::<()>()["$ref"].is_null());
        assert!(data_schema::<Option<UserResponse>>()["$ref"].is_null());
        assert_eq!(data_schema::<i64>()["type"], "integer");
    }
}

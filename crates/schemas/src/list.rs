use std::borrow::Cow;

use ore_domain::{ListPage, Total};
use serde::Serialize;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct PageResponse<T: ToSchema> {
    /// What stands on the page.
    items: Vec<T>,
    /// Where the next page begins, for `cursor`; `null` on the last page.
    next_cursor: Option<String>,
    /// How many there are on all pages, with `count=true`; no more than 10,000 are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    /// Whether there are more than were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    total_is_estimate: Option<bool>,
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

impl<T: ToSchema> PageResponse<T> {
    /// A page, and the cursor of the next one.
    pub fn new(page: ListPage<T>, next_cursor: Option<String>) -> Self {
        Self {
            items: page.items,
            next_cursor,
            total: page.total.map(|Total { number, .. }| number),
            total_is_estimate: page.total.map(|Total { is_estimate, .. }| is_estimate),
        }
    }
}

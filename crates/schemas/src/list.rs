use ore_domain::{ListPage, Total};
use serde::Serialize;

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct PageResponse<T> {
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

impl<T> PageResponse<T> {
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

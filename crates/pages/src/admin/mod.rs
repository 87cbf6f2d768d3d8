//! What the pages of administration have in common.

mod extractors;
mod parts;
mod precondition;
mod query;

pub(crate) use extractors::{Admin, FreshAdmin, FreshOperator, Operator};
pub(crate) use parts::{RejectedForm, action_button, badge, permission_boxes, table};
pub(crate) use precondition::{expected_by, idempotency_key_field, tag_field};
pub(crate) use query::Query;

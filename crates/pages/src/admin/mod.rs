//! What the pages of administration have in common.

mod extractors;
mod parts;
mod precondition;
mod query;

pub(crate) use extractors::{Admin, FreshAdmin, FreshOperator, Operator};
pub(crate) use parts::{Failed, badge, deed, fault_notice, permission_boxes, table};
pub(crate) use precondition::{if_match, once_field, tag_field};
pub(crate) use query::Query;

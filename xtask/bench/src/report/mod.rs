//! What was measured, and the forms in which it is shown.

mod row;
mod spread;
mod summary;

pub(crate) use row::{Goal, Row};
pub(crate) use spread::Spread;
pub(crate) use summary::{Machine, Summary};

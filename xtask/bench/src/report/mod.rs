//! What was measured, and the forms in which it is shown.

mod goal;
mod machine;
mod row;
mod spread;
mod summary;

pub(crate) use goal::Goal;
pub(crate) use machine::{Machine, cores};
pub(crate) use row::Row;
pub(crate) use spread::Spread;
pub(crate) use summary::{CaseReport, Summary};

//! Lists: what clients may ask of one, its pages, and the cursors between them.

mod listing;
mod query;

pub use listing::{CreationListParameters, ListParameters, ListSelection, Listing};
pub use query::{List, ReadFilter, boolean, role, text, timestamp};

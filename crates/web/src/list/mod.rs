//! Lists: what clients may ask of one, its pages, and the cursors between them.

mod cursor;
mod listing;
mod query;

pub use cursor::CursorKeys;
pub use listing::{ListParameters, ListSelection, Listing};
pub use query::{List, ReadFilter, boolean, role, text, timestamp};

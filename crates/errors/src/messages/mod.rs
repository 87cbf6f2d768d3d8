//! What clients read, in every language, from one catalogue.

mod catalogue;
mod message;
mod negotiation;
mod texts;

pub use catalogue::Catalogue;
pub use message::Message;
pub use negotiation::negotiate;
pub use texts::{CatalogueError, Texts};

//! What clients read, in every language, from one catalogue.

mod catalogue;
mod message;
mod negotiation;

pub use catalogue::{Catalogue, CatalogueError};
pub use message::Message;
pub use negotiation::negotiate;

//! From listening to the end of the last request.

mod drain;
mod listen;
mod secured;
mod serve;
mod signals;

pub use secured::Secured;
pub use serve::{ServeError, serve};

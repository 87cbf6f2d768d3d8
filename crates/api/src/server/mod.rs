//! From listening to the end of the last request.

mod drain;
mod listen;
mod serve;
mod signals;

pub use serve::{ServeError, serve};

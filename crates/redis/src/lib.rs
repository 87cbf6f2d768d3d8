//! A connection to Redis that keeps nobody waiting: it is given up when it fails or is slow, and sought again in the
//! background.

mod fault;
mod link;

pub use fault::Fault;
pub use link::{Link, Role};

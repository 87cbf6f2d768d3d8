//! A connection to Redis that keeps nobody waiting: it is given up when it fails or is slow, and sought again in the
//! background.

mod fault;
mod managed_connection;

pub use fault::Fault;
pub use managed_connection::{ManagedConnection, Monitor};

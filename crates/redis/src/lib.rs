//! A connection to Redis that keeps nobody waiting: it is given up when it fails or is slow, and sought again in the
//! background.

mod fault;
mod location;
mod managed_connection;
mod redis_url;
mod sentinel_url;

pub use fault::Fault;
pub use managed_connection::{ManagedConnection, Monitor};
pub use redis_url::{InvalidRedisUrl, RedisUrl};

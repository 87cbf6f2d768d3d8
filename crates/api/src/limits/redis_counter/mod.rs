//! Counting in Redis.

mod connection;
mod counter;

pub use counter::RedisCounter;

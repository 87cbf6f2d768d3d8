//! Counting in Redis.

mod counter;
mod script;

pub use counter::RedisCounter;

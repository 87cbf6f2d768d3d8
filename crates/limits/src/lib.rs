//! Limits on how often clients may present credentials: one budget for all replicas, in Redis, else in PostgreSQL, else
//! in the memory of the only process.

#[cfg(test)]
mod contract;
mod counter;
mod credential_limits;
mod fallback_counter;
mod general_limit;
mod limit_error;
mod memory;
mod postgres;
mod redis_counter;
mod refusals;
mod start;

pub use counter::LimitCounter;
pub use credential_limits::{CredentialLimits, CredentialUse};
pub use fallback_counter::FallbackCounter;
pub use general_limit::GeneralLimit;
pub use limit_error::{LimitError, RateLimited};
pub use memory::MemoryCounter;
pub use postgres::PostgresCounter;
pub use redis_counter::RedisCounter;
pub use start::{LimitsStartError, start};

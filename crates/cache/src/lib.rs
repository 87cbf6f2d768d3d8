//! Two implementations of [`Cache`](ore_services::Cache), for code that extends the service: in the memory of one
//! process, and in Redis for all replicas. The service itself keeps nothing in them.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use ore_cache::MemoryCache;
//! use ore_services::{Cache, ReadThrough};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let cache: Arc<dyn Cache> = Arc::new(MemoryCache::new(10_000_000));
//! let rates = ReadThrough::<f64, String>::new(cache, "rates:1:", Duration::from_mins(5));
//! assert_eq!(rates.get("EUR", || async { Ok(1.17) }).await, Ok(1.17));
//! // Not loaded again.
//! assert_eq!(rates.get("EUR", || async { Err("away".to_owned()) }).await, Ok(1.17));
//! # });
//! # Ok::<_, std::io::Error>(())
//! ```

mod memory;
mod redis;

pub use memory::MemoryCache;
pub use redis::RedisCache;

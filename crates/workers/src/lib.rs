//! Where blocking work runs: threads of its own for each kind, so that neither kind can starve the other or the
//! workers that answer requests.

mod breached_passwords;
mod busy;
mod hash_time;
mod hasher;
mod prediction;
mod queue;
mod store;
mod threads;
mod worker;
mod worker_pool;

pub use breached_passwords::{BreachedPasswords, BreachedPasswordsError};
pub use hash_time::{HashTimeError, hash_time};
pub use hasher::PooledHasher;
pub use prediction::{Admission, TimeEstimate};
pub use store::PooledStore;
pub use worker::WorkerContext;
pub use worker_pool::{WorkerPool, WorkerPoolError, WorkerPoolOptions};

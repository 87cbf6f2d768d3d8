//! A store in memory, its tables a file each.

mod store;
mod users;

pub use store::MemoryStore;

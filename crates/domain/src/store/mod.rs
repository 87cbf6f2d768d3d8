//! The port to whatever keeps the data, in three small pieces: what a body of work sees ([`Repositories`]), what a
//! blocking implementation offers ([`BlockingStore`]), and what services use ([`Store`] with [`StoreExt`]).

mod port;
mod typed;

pub use port::{Access, BlockingStore, BoxFuture, Completion, Repositories, Store, Work};
pub use typed::{BlockingStoreExt, StoreExt};

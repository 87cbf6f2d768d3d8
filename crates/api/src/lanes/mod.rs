//! Where blocking work runs: threads of its own for each kind, so that neither kind can starve the other or the
//! workers that answer requests.

mod hasher;
mod lane;
mod store;

pub use hasher::LaneHasher;
pub use lane::{Lane, LaneContext, LaneError, LaneOptions};
pub use store::LaneStore;

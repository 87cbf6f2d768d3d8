//! Where blocking work runs: threads of its own for each kind, so that neither kind can starve the other or the
//! workers that answer requests.

mod hash_time;
mod hasher;
mod lane;
mod prediction;
mod queue;
mod store;

pub use hash_time::{HashTimeError, hash_time};
pub use hasher::LaneHasher;
pub use lane::{Lane, LaneContext, LaneError, LaneOptions};
pub use prediction::{Admission, TimeEstimate};
pub use store::LaneStore;

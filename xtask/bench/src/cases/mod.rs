//! What is measured, one file for each case.

mod case;
mod growth;
mod health;
mod latency;
mod lists;
mod login;
mod me;
mod me_under_flood;
mod memory;
mod predecessor;
mod refresh;
mod replicas;
mod start;
mod timing;
mod users;
mod workers;

pub(crate) use case::Case;

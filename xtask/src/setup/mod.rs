//! Everything the tests need beside Rust, one file for each tool.

mod curl;
mod environment;
mod postgres;
mod python;
mod server;
mod system_packages;

pub(crate) use environment::TestEnvironment;
pub(crate) use postgres::KeptCluster;

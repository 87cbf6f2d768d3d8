//! Everything the tests need beside Rust, one file for each tool.

mod curl;
mod environment;
mod openssl;
mod postgres;
mod python;
mod redis;
mod server;
mod system_packages;

pub(crate) use environment::TestEnvironment;
pub(crate) use openssl::prepare as prepare_openssl;
pub(crate) use postgres::KeptCluster;

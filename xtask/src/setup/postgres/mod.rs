//! PostgreSQL: a throwaway server for the tests, and a kept one for developers.

mod cluster;
mod kept_cluster;
mod programs;
mod test_server;

pub(crate) use kept_cluster::KeptCluster;
pub(super) use programs::{find_or_install as programs, is_installed};
pub(super) use test_server::TestServer;

//! The programs that the scenarios run, wherever they are.

use std::path::{Path, PathBuf};

use anyhow::Result;
use ore_harness::{Account, PostgresPlan, required};

/// No scenario cuts the power; whatever else happens, a commit that was acknowledged stays.
const POSTGRES_SETTINGS: &str = "max_connections = 200
fsync = off
synchronous_commit = on
";

/// Given by `cargo xtask chaos`, or by hand. A scenario whose program is missing is skipped.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Tools {
    /// The program `workflow-server`
    #[arg(long, env = "ORE_CHAOS_SERVER", value_name = "PROGRAM")]
    pub(crate) server: PathBuf,
    /// An earlier `workflow-server`, to run beside it
    #[arg(long, env = "ORE_CHAOS_EARLIER_SERVER", value_name = "PROGRAM")]
    earlier_server: Option<PathBuf>,
    /// The directory of `initdb`, `postgres` and `psql`
    #[arg(long, env = "ORE_CHAOS_POSTGRES", value_name = "DIRECTORY")]
    postgres: Option<PathBuf>,
    /// The program `redis-server`
    #[arg(long, env = "ORE_CHAOS_REDIS", value_name = "PROGRAM")]
    redis: Option<PathBuf>,
    /// The program `sqlite3`
    #[arg(long, env = "ORE_CHAOS_SQLITE", value_name = "PROGRAM")]
    sqlite: Option<PathBuf>,
    /// The program `haproxy`
    #[arg(long, env = "ORE_CHAOS_HAPROXY", value_name = "PROGRAM")]
    haproxy: Option<PathBuf>,
    /// The program `prometheus`
    #[arg(long, env = "ORE_CHAOS_PROMETHEUS", value_name = "PROGRAM")]
    prometheus: Option<PathBuf>,
    /// The program `nginx`
    #[arg(long, env = "ORE_CHAOS_NGINX", value_name = "PROGRAM")]
    nginx: Option<PathBuf>,
    /// The library of faketime for programs with threads
    #[arg(long, env = "ORE_CHAOS_FAKETIME", value_name = "LIBRARY")]
    faketime: Option<PathBuf>,
    /// The program `wrk`
    #[arg(long, env = "ORE_CHAOS_WRK", value_name = "PROGRAM")]
    wrk: Option<PathBuf>,
    /// Numbers of the user and the group that run PostgreSQL; needed by root
    #[arg(long, env = "ORE_CHAOS_ACCOUNT", value_name = "USER:GROUP")]
    account: Option<Account>,
    /// Where the services' logs go
    #[arg(long, env = "ORE_CHAOS_LOGS", value_name = "DIRECTORY", default_value = "target/chaos")]
    pub(crate) logs: PathBuf,
}

impl Tools {
    pub(crate) fn postgres_plan(&self) -> Result<PostgresPlan> {
        let programs = required(self.postgres.as_deref(), "PostgreSQL")?.to_owned();
        Ok(PostgresPlan { programs, account: self.account, settings: POSTGRES_SETTINGS })
    }

    pub(crate) fn earlier_server(&self) -> Result<&Path> {
        required(self.earlier_server.as_deref(), "an earlier workflow-server (`cargo xtask schema-compat` builds it)")
    }

    pub(crate) fn redis(&self) -> Result<&Path> {
        required(self.redis.as_deref(), "redis-server")
    }

    pub(crate) fn sqlite(&self) -> Result<&Path> {
        required(self.sqlite.as_deref(), "sqlite3")
    }

    pub(crate) fn haproxy(&self) -> Result<&Path> {
        required(self.haproxy.as_deref(), "haproxy")
    }

    pub(crate) fn prometheus(&self) -> Result<&Path> {
        required(self.prometheus.as_deref(), "prometheus")
    }

    pub(crate) fn nginx(&self) -> Result<&Path> {
        required(self.nginx.as_deref(), "nginx")
    }

    pub(crate) fn faketime(&self) -> Result<&Path> {
        required(self.faketime.as_deref(), "faketime")
    }

    pub(crate) fn wrk(&self) -> Result<&Path> {
        required(self.wrk.as_deref(), "wrk")
    }
}

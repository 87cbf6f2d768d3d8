//! The programs that are measured, and those that measure.

use std::path::{Path, PathBuf};

use anyhow::Result;
use ore_harness::{Account, PostgresPlan, required};

/// As much memory as a small server of its own has; the rest is PostgreSQL's default, and a commit is on the disk before
/// it is acknowledged.
const POSTGRES_SETTINGS: &str = "max_connections = 200
shared_buffers = 512MB
";

/// Given by `cargo xtask bench`, or by hand. What a missing program is needed for is skipped.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Tools {
    /// The program `workflow-server`
    #[arg(long, env = "ORE_BENCH_SERVER", value_name = "PROGRAM")]
    pub(crate) server: PathBuf,
    /// The program `ore-bench-bare`
    #[arg(long, env = "ORE_BENCH_BARE", value_name = "PROGRAM")]
    pub(crate) bare: PathBuf,
    /// The example `hash_loop` of `ore-security`
    #[arg(long, env = "ORE_BENCH_HASH_LOOP", value_name = "PROGRAM")]
    pub(crate) hash_loop: PathBuf,
    /// A `python` that has argon2-cffi
    #[arg(long, env = "ORE_BENCH_PYTHON", value_name = "PROGRAM")]
    python: Option<PathBuf>,
    /// The directory of `initdb`, `postgres` and `psql`
    #[arg(long, env = "ORE_BENCH_POSTGRES", value_name = "DIRECTORY")]
    postgres: Option<PathBuf>,
    /// The program `sqlite3`
    #[arg(long, env = "ORE_BENCH_SQLITE", value_name = "PROGRAM")]
    sqlite: Option<PathBuf>,
    /// The program `wrk`
    #[arg(long, env = "ORE_BENCH_WRK", value_name = "PROGRAM")]
    wrk: Option<PathBuf>,
    /// Numbers of the user and the group that run PostgreSQL; needed by root
    #[arg(long, env = "ORE_BENCH_ACCOUNT", value_name = "USER:GROUP")]
    account: Option<Account>,
    /// Where the services' errors go
    #[arg(long, env = "ORE_BENCH_LOGS", value_name = "DIRECTORY", default_value = "target/bench/logs")]
    pub(crate) logs: PathBuf,
}

impl Tools {
    pub(crate) fn python(&self) -> Result<&Path> {
        required(self.python.as_deref(), "a Python with argon2-cffi")
    }

    pub(crate) fn postgres_plan(&self) -> Result<PostgresPlan> {
        let programs = required(self.postgres.as_deref(), "PostgreSQL")?.to_owned();
        Ok(PostgresPlan { programs, account: self.account, settings: POSTGRES_SETTINGS })
    }

    pub(crate) fn sqlite(&self) -> Result<&Path> {
        required(self.sqlite.as_deref(), "sqlite3")
    }

    pub(crate) fn wrk(&self) -> Result<&Path> {
        required(self.wrk.as_deref(), "wrk")
    }
}

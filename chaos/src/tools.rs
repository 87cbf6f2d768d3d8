//! The programs that the scenarios run, wherever they are.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context as _, Result, anyhow};

/// Given by `cargo xtask chaos`, or by hand. A scenario whose program is missing is skipped.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Tools {
    /// The program `workflow-server`
    #[arg(long, env = "ORE_CHAOS_SERVER", value_name = "PROGRAM")]
    pub(crate) server: PathBuf,
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
    pub(crate) account: Option<Account>,
    /// Where the services' logs go
    #[arg(long, env = "ORE_CHAOS_LOGS", value_name = "DIRECTORY", default_value = "target/chaos")]
    pub(crate) logs: PathBuf,
}

/// Why a scenario cannot run on this machine.
#[derive(Debug)]
pub(crate) struct Skipped(pub(crate) String);

impl std::fmt::Display for Skipped {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Skipped {}

impl Tools {
    pub(crate) fn postgres(&self) -> Result<&Path> {
        required(self.postgres.as_deref(), "PostgreSQL")
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

fn required<'a>(tool: Option<&'a Path>, name: &str) -> Result<&'a Path> {
    tool.ok_or_else(|| Skipped(format!("{name} is missing")).into())
}

/// An account of the operating system by its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) user: u32,
    pub(crate) group: u32,
}

impl FromStr for Account {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (user, group) = text.split_once(':').ok_or_else(|| anyhow!("not of the form 65534:65534"))?;
        let number = |text: &str| text.parse().with_context(|| format!("{text} is not the number of an account"));
        Ok(Self { user: number(user)?, group: number(group)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_two_numbers() {
        assert_eq!("33:44".parse::<Account>().unwrap(), Account { user: 33, group: 44 });
        assert!("nobody:44".parse::<Account>().is_err());
        assert!("33".parse::<Account>().is_err());
    }

    #[test]
    fn a_missing_tool_is_a_reason_to_skip() {
        assert!(required(None, "haproxy").unwrap_err().is::<Skipped>());
    }
}

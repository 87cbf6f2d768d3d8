//! Tools that other packages of the workspace run.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use ore_harness::complain;

use super::python;
use super::tool::is_root;
use super::tools::{CADDY, ETCD, FAKETIME, HAPROXY, NGINX, PATRONI, PGBOUNCER, POSTGRES, REDIS, SQLITE, WRK};
use crate::{process, workspace};

/// Accounts without rights, in the order of preference. `postgres` comes with the server's package.
const UNPRIVILEGED: [&str; 2] = ["nobody", "postgres"];

/// What was found or installed for `ore-chaos` or `ore-bench`. What is missing is left out, and they skip what needs it.
#[derive(Debug, Default)]
pub(crate) struct HandedTools(Vec<(String, PathBuf)>);

impl HandedTools {
    /// Everything that `cargo xtask bench` measures with, installed where that is possible.
    pub(crate) fn for_bench() -> Self {
        let mut tools = Self::default();
        tools.add("python", python::TESTS.prepare());
        for tool in [POSTGRES, SQLITE, WRK, HAPROXY] {
            tools.add(tool.name, tool.prepare());
        }
        tools
    }

    /// Everything that `cargo xtask chaos` injects faults with. The mail server is a module of Python.
    pub(crate) fn for_chaos() -> Self {
        let mut tools = Self::for_bench();
        for tool in [REDIS, NGINX, CADDY, ETCD, PATRONI, PGBOUNCER, FAKETIME] {
            tools.add(tool.name, tool.prepare());
        }
        tools
    }

    /// Adds a tool, or says why it is missing.
    pub(crate) fn add(&mut self, name: &str, tool: Result<PathBuf>) {
        match tool {
            Ok(path) => self.0.push((name.to_owned(), path)),
            Err(obstacle) => complain(&format!("{obstacle:#}")),
        }
    }

    /// Runs a program with them and perhaps with a server, whose logs go to this directory. It is told the account that runs
    /// servers, unless we run them ourselves.
    pub(crate) fn hand_to(
        &self,
        program: &Path,
        server: Option<PathBuf>,
        logs: &str,
        options: &[String],
    ) -> Result<()> {
        let mut program = process::command(program);
        let tools: Vec<String> = self.0.iter().map(|(name, path)| format!("{name}={}", path.display())).collect();
        program.env("ORE_TOOLS", tools.join(",")).envs(server.map(|server| ("ORE_SERVER", server)));
        program.envs(server_account()?.map(|(user, group)| ("ORE_ACCOUNT", format!("{user}:{group}"))));
        process::run(program.env("ORE_LOGS", workspace::root().join(logs)).args(options))
    }
}

/// User and group of servers when we are root: PostgreSQL refuses to run as root, and nothing that listens should.
pub(super) fn server_account() -> Result<Option<(u32, u32)>> {
    if !is_root() {
        return Ok(None);
    }
    let id =
        |option, name: &str| process::captured(process::command("id").args([option, name])).ok()?.trim().parse().ok();
    let ids = UNPRIVILEGED.iter().find_map(|name| Some((id("-u", name)?, id("-g", name)?)));
    Ok(Some(ids.context("root may not run a database server, and has neither the user nobody nor postgres")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_never_runs_as_root() {
        assert_eq!(server_account().unwrap().is_some(), is_root());
        assert!(server_account().unwrap().is_none_or(|(user, group)| user != 0 && group != 0));
    }
}

//! Tools that other packages of the workspace run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use ore_harness::complain;
use rustix::process::geteuid;

use super::python;
use super::tools::TOOLS;
use crate::process;

/// Accounts without rights, in the order of preference. `postgres` comes with the server's package.
const UNPRIVILEGED: [&str; 2] = ["nobody", "postgres"];

/// What was found or installed for `ore-chaos` or `ore-bench`. What is missing is left out, and they skip what needs
/// it.
#[derive(Debug, Default)]
pub(crate) struct HandedTools(Vec<(String, PathBuf)>);

impl HandedTools {
    /// Everything that a command needs, installed where that is possible, and Python with the libraries of the tests.
    pub(crate) fn of(command: &str) -> Self {
        let mut tools = Self::default();
        for tool in TOOLS.iter().filter(|tool| tool.needed_by.split(", ").any(|name| name == command)) {
            tools.add(tool.name, tool.prepare());
        }
        tools.add("python", python::TESTS.prepare());
        tools
    }

    /// Adds a tool, or says why it is missing.
    pub(crate) fn add(&mut self, name: &str, tool: Result<PathBuf>) {
        match tool {
            Ok(path) => self.0.push((name.to_owned(), path)),
            Err(obstacle) => complain(&format!("{obstacle:#}")),
        }
    }

    /// Runs a program with them and perhaps with a server, whose logs go to this directory. It is told the account that
    /// runs servers, unless we run them ourselves.
    pub(crate) fn hand_to(
        &self,
        program: &Path,
        server: Option<PathBuf>,
        logs: &str,
        options: &[String],
    ) -> Result<()> {
        let mut program = Command::new(program);
        let tools: Vec<String> = self.0.iter().map(|(name, path)| format!("{name}={}", path.display())).collect();
        program.env("ORE_TOOLS", tools.join(",")).envs(server.map(|server| ("ORE_SERVER", server)));
        program.envs(server_account()?.map(|(user, group)| ("ORE_ACCOUNT", format!("{user}:{group}"))));
        process::run(program.env("ORE_LOGS", logs).args(options))
    }
}

/// User and group of servers when we are root: PostgreSQL refuses to run as root, and nothing that listens should.
pub(super) fn server_account() -> Result<Option<(u32, u32)>> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    let id = |option, name: &str| process::captured(Command::new("id").args([option, name])).ok()?.trim().parse().ok();
    let ids = UNPRIVILEGED.iter().find_map(|name| Some((id("-u", name)?, id("-g", name)?)));
    Ok(Some(ids.context("root may not run a database server, and has neither the user nobody nor postgres")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_never_runs_as_root() {
        assert_eq!(server_account().unwrap().is_some(), geteuid().is_root());
        assert!(server_account().unwrap().is_none_or(|(user, group)| user != 0 && group != 0));
    }
}

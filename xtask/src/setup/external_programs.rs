//! Programs that other packages of the workspace run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::server::Account;
use super::{postgres, python, system_packages};
use crate::{console, process};

/// A program by its name, with its package in Debian and an argument with which it only says something of itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Program {
    pub(super) name: &'static str,
    pub(super) package: &'static str,
    /// Empty when there is none with which it ends well.
    pub(super) argument: &'static str,
}

/// Needed by chaos and by bench.
pub(super) const SQLITE: Program = Program { name: "sqlite3", package: "sqlite3", argument: "-version" };
pub(super) const WRK: Program = Program { name: "wrk", package: "wrk", argument: "" };

pub(super) const HAPROXY: Program = Program { name: "haproxy", package: "haproxy", argument: "-v" };

pub(super) const REDIS: Program = Program { name: "redis-server", package: "redis-server", argument: "--version" };

/// Needed by the tests.
pub(super) const PGBOUNCER: Program = Program { name: "pgbouncer", package: "pgbouncer", argument: "--version" };

/// Directories with servers that are not in the `PATH` of ordinary users.
const SYSTEM_DIRECTORIES: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// What was found or installed for `ore-chaos` or `ore-bench`. What is missing is left out, and they skip what needs it.
#[derive(Debug, Default)]
pub(crate) struct Tools(Vec<(&'static str, PathBuf)>);

impl Tools {
    /// PostgreSQL, SQLite and `wrk`, installed where that is possible.
    pub(super) fn prepare() -> Self {
        let mut tools = Self::default();
        tools.add("postgres", postgres::programs());
        tools.add(SQLITE.name, find_or_install(SQLITE));
        tools.add(WRK.name, find_or_install(WRK));
        tools
    }

    /// Everything that `cargo xtask bench` measures with.
    pub(crate) fn for_bench() -> Self {
        let mut tools = Self::prepare();
        tools.add("python", python::prepare());
        tools.add(HAPROXY.name, find_or_install(HAPROXY));
        tools
    }

    /// Adds a tool, or says why it is missing.
    pub(crate) fn add(&mut self, name: &'static str, tool: Result<PathBuf>) {
        match tool {
            Ok(path) => self.0.push((name, path)),
            Err(obstacle) => console::complain(&format!("{obstacle:#}")),
        }
    }

    /// Names them to the program, and the account that runs servers, unless we run them ourselves.
    pub(crate) fn hand_to(&self, program: &mut Command) -> Result<()> {
        let tools: Vec<String> = self.0.iter().map(|(name, path)| format!("{name}={}", path.display())).collect();
        program.env("ORE_TOOLS", tools.join(","));
        if let Some((user, group)) = Account::unprivileged()?.ids() {
            program.env("ORE_ACCOUNT", format!("{user}:{group}"));
        }
        Ok(())
    }
}

/// The path of a program, which is installed if it is missing and that is possible.
pub(super) fn find_or_install(program: Program) -> Result<PathBuf> {
    if let Some(path) = find(program) {
        return Ok(path);
    }
    let Program { name, package, .. } = program;
    system_packages::install_without_starting(name, &[package])?;
    find(program).with_context(|| format!("{name} is installed and yet does not run"))
}

/// With its path, since the service and what stands around it run with nothing of our environment.
pub(super) fn find(program: Program) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "PATH belongs to the operating system and is no setting of ours")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories = std::env::split_paths(&path).chain(SYSTEM_DIRECTORIES.map(PathBuf::from));
    directories.map(|directory| directory.join(program.name)).find(|path| runs(path, program.argument))
}

fn runs(program: &Path, argument: &str) -> bool {
    if argument.is_empty() { program.is_file() } else { process::succeeds(process::command(program).arg(argument)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_with_its_path_and_one_that_does_not_exist_is_not() {
        let program = |name| Program { name, package: "", argument: "" };
        assert!(find(program("sh")).unwrap().is_absolute());
        assert_eq!(find(program("no-such-program-here")), None);
    }
}

//! Programs that other packages of the workspace run, named to them in environment variables.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::server::Account;
use super::system_packages;
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

pub(super) const REDIS: Program = Program { name: "redis-server", package: "redis-server", argument: "--version" };

/// Needed by the tests.
pub(super) const PGBOUNCER: Program = Program { name: "pgbouncer", package: "pgbouncer", argument: "--version" };

/// Where servers are that ordinary users have not in their `PATH`.
const SYSTEM_DIRECTORIES: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// What was found or installed, by the variable that names it. What is missing is left out, and who needs it says so.
#[derive(Debug, Default)]
pub(super) struct ExternalPrograms {
    variables: Vec<(&'static str, PathBuf)>,
}

impl ExternalPrograms {
    /// Adds a tool, or says why it is missing.
    pub(super) fn add(&mut self, variable: &'static str, tool: Result<PathBuf>) {
        match tool {
            Ok(path) => self.variables.push((variable, path)),
            Err(obstacle) => console::complain(&format!("{obstacle:#}")),
        }
    }

    /// Adds the account that runs servers, unless we run them ourselves.
    pub(super) fn add_account(&mut self, variable: &'static str) -> Result<()> {
        if let Some((user, group)) = Account::unprivileged()?.ids() {
            self.variables.push((variable, format!("{user}:{group}").into()));
        }
        Ok(())
    }

    /// Leaves a tool out.
    pub(super) fn remove(&mut self, variable: &str) {
        self.variables.retain(|(name, _)| *name != variable);
    }

    /// Names and values for the environment of whoever needs them.
    pub(super) fn variables(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        self.variables.iter().map(|(name, value)| (*name, value.as_path()))
    }
}

/// Where a program is, which is installed when it is missing and that is possible.
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

//! The programs that `cargo xtask chaos` brings faults about with.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::server::Account;
use super::{curl, postgres, system_packages};
use crate::{console, process};

/// Programs by the variables that name them to `ore-chaos`, each with its package in Debian and an argument with which
/// it only says something of itself.
const PROGRAMS: [(&str, &str, &str, &str); 5] = [
    ("ORE_CHAOS_REDIS", "redis-server", "redis-server", "--version"),
    ("ORE_CHAOS_SQLITE", "sqlite3", "sqlite3", "-version"),
    ("ORE_CHAOS_HAPROXY", "haproxy", "haproxy", "-v"),
    ("ORE_CHAOS_NGINX", "nginx", "nginx", "-v"),
    // It says of itself what it does with a fault: 1.
    ("ORE_CHAOS_WRK", "wrk", "wrk", ""),
];

/// Where servers are that ordinary users have not in their `PATH`.
const SYSTEM_DIRECTORIES: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// faketime's library for programs with threads, and directories of libraries that may have it.
const FAKETIME: &str = "faketime/libfaketimeMT.so.1";
const LIBRARIES: [&str; 3] = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];

/// What was found or installed. What is missing is left out, and the scenarios that need it say so.
pub(crate) struct ChaosTools {
    variables: Vec<(&'static str, PathBuf)>,
}

impl ChaosTools {
    /// Looks for every tool, and installs what is missing where that is possible.
    ///
    /// # Errors
    /// When we are root, and there is no other account to run PostgreSQL.
    pub(crate) fn prepare() -> Result<Self> {
        let mut tools = Self { variables: Vec::new() };
        tools.add("ORE_CHAOS_POSTGRES", postgres::programs());
        for (variable, program, package, argument) in PROGRAMS {
            tools.add(variable, find_or_install(program, package, argument));
        }
        tools.add("ORE_CHAOS_FAKETIME", find_or_install_faketime());
        // The script that watches over nginx's replicas asks them with curl.
        if let Err(obstacle) = curl::prepare() {
            console::complain(&format!("{obstacle:#}"));
            tools.variables.retain(|(variable, _)| *variable != "ORE_CHAOS_NGINX");
        }
        if let Some((user, group)) = Account::unprivileged()?.ids() {
            tools.variables.push(("ORE_CHAOS_ACCOUNT", format!("{user}:{group}").into()));
        }
        Ok(tools)
    }

    /// Names and values for the environment of `ore-chaos`.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        self.variables.iter().map(|(name, value)| (*name, value.as_path()))
    }

    fn add(&mut self, variable: &'static str, tool: Result<PathBuf>) {
        match tool {
            Ok(path) => self.variables.push((variable, path)),
            Err(obstacle) => console::complain(&format!("{obstacle:#}")),
        }
    }
}

fn find_or_install(program: &str, package: &str, argument: &str) -> Result<PathBuf> {
    if let Some(path) = find(program, argument) {
        return Ok(path);
    }
    system_packages::install_without_starting(program, &[package])?;
    find(program, argument).with_context(|| format!("{program} is installed and yet does not run"))
}

/// With its path, since the service and what stands around it run with nothing of our environment.
fn find(program: &str, argument: &str) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "PATH belongs to the operating system and is no setting of ours")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories = std::env::split_paths(&path).chain(SYSTEM_DIRECTORIES.map(PathBuf::from));
    directories.map(|directory| directory.join(program)).find(|path| runs(path, argument))
}

fn runs(program: &Path, argument: &str) -> bool {
    if argument.is_empty() { program.is_file() } else { process::succeeds(process::command(program).arg(argument)) }
}

fn find_or_install_faketime() -> Result<PathBuf> {
    if let Some(library) = find_faketime() {
        return Ok(library);
    }
    system_packages::install("faketime", &["faketime"])?;
    find_faketime().context("faketime is installed, and its library is nowhere")
}

/// Debian has a directory for each architecture between.
fn find_faketime() -> Option<PathBuf> {
    LIBRARIES.iter().find_map(|directory| {
        let nested = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
        nested.chain([PathBuf::from(directory)]).map(|it| it.join(FAKETIME)).find(|it| it.is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_with_its_path_and_one_that_does_not_exist_is_not() {
        assert!(find("sh", "").unwrap().is_absolute());
        assert_eq!(find("no-such-program-here", ""), None);
    }
}

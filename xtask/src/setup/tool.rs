//! A program with the package that it comes with.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::unavailable::missing;
use super::{TOOLS, system_packages};
use crate::process;

/// Where servers are that ordinary users have not in their `PATH`.
const SYSTEM_DIRECTORIES: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// Something that commands of ours run or use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tool {
    /// As people know it.
    pub(crate) name: &'static str,
    /// The packages of Debian and its like, divided by spaces; none where it comes from elsewhere.
    pub(crate) packages: &'static str,
    /// The commands after `cargo xtask` that need it.
    pub(crate) needed_by: &'static str,
    /// Where it is, if it is here and works.
    pub(crate) find: fn() -> Option<PathBuf>,
}

impl Tool {
    /// Where it is. It is installed when it is missing and that is possible.
    ///
    /// # Errors
    /// [`Skipped`](ore_harness::Skipped) when it cannot be installed here; another error when it is installed and yet does not work.
    pub(crate) fn prepare(&self) -> Result<PathBuf> {
        if let Some(path) = (self.find)() {
            return Ok(path);
        }
        self.install()?;
        (self.find)().with_context(|| format!("{} is installed and yet does not run", self.name))
    }

    pub(super) fn install(&self) -> Result<()> {
        let packages: Vec<&str> = self.packages.split_whitespace().collect();
        system_packages::install(self.name, &packages).map_err(|obstacle| missing(self.name, &obstacle))
    }
}

/// Installs the packages of the tools that are missing, where that is possible.
pub(crate) fn install_missing() -> Result<()> {
    let missing = TOOLS.iter().filter(|tool| (tool.find)().is_none());
    let packages: Vec<&str> = missing.flat_map(|tool| tool.packages.split_whitespace()).collect();
    if packages.is_empty() { Ok(()) } else { system_packages::install("what the other commands run", &packages) }
}

/// Where a program is that ends well with an argument with which it only says something of itself; without an argument,
/// that it is there is enough. With its path, since what we start runs with nothing of our environment.
pub(super) fn on_path(name: &str, argument: &str) -> Option<PathBuf> {
    let runs = |path: &Path| {
        if argument.is_empty() { path.is_file() } else { process::succeeds(process::command(path).arg(argument)) }
    };
    let directories = path_directories().into_iter().chain(SYSTEM_DIRECTORIES.map(PathBuf::from));
    directories.map(|directory| directory.join(name)).find(|path| runs(path))
}

/// The directories of `PATH`.
pub(super) fn path_directories() -> Vec<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "PATH belongs to the operating system and is no setting of ours")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_that_cannot_be_installed_is_unavailable() {
        let absent = Tool { name: "absent", packages: "", needed_by: "", find: || None };
        assert!(absent.prepare().unwrap_err().is::<ore_harness::Skipped>());
        assert!(on_path("sh", "").unwrap().is_absolute());
    }
}

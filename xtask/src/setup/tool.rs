//! A program with the package that it comes with.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use ore_harness::{Skipped, say};
use rustix::process::geteuid;

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
    /// [`Skipped`] when it cannot be installed here; another error when it is installed and yet does not work.
    pub(crate) fn prepare(&self) -> Result<PathBuf> {
        if let Some(path) = (self.find)() {
            return Ok(path);
        }
        install(self.name, self.packages)?;
        (self.find)().with_context(|| format!("{} is installed and yet does not run", self.name))
    }
}

/// Installs packages where nobody is asked for it: on Debian and its like as root, as in a container.
///
/// # Errors
/// [`Skipped`].
pub(crate) fn install(missing: &str, packages: &str) -> Result<()> {
    if packages.is_empty() {
        return Err(Skipped(format!("{missing} is missing: install it")).into());
    }
    if !Path::new("/etc/debian_version").exists() || !geteuid().is_root() {
        let advice = format!("install it, on Debian and its like with `sudo apt-get install {packages}`");
        return Err(Skipped(format!("{missing} is missing: {advice}")).into());
    }
    say(&format!("installing the packages {packages}"));
    let mut install = Command::new("sh");
    process::run(install.arg("xtask/install-packages").args(packages.split(' ')))
        .map_err(|fault| Skipped(format!("{missing} is missing and cannot be installed here: {fault:#}")).into())
}

/// Where a program is that ends well with an argument with which it only says something of itself; without an argument,
/// that it is there is enough. With its path, since what we start runs with nothing of our environment.
pub(super) fn on_path(name: &str, argument: &str) -> Option<PathBuf> {
    let runs = |path: &Path| {
        if argument.is_empty() { path.is_file() } else { process::succeeds(Command::new(path).arg(argument)) }
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

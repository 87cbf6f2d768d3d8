//! Tools written for Node.js, and the files that they read.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use ore_harness::{Skipped, say};

use super::tools::{NODE, NPM};
use super::unavailable::explain;
use crate::{files, matching, process, workspace};

/// The directory of `package.json`, with the scripts and settings of the tools.
const SOURCE: &str = "xtask/contract";

/// The oldest major version for the tools of `package.json`: that of Debian 12.
const OLDEST_NODE: u32 = 18;
/// The major version in `v18.20.4`.
const VERSION: &str = r"^v(\d+)\.";

/// Codes with which npm says that it reached no registry, or one that does not work: `npm error code ENOTFOUND`, and before
/// version 10 `npm ERR! code ENOTFOUND`.
const OBSTACLES: [(&str, &str); 1] = [(
    r" code (EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|ERR_SOCKET_TIMEOUT|ETIMEDOUT|E50[0234])\b",
    "npm reaches no registry",
)];

/// A copy of `xtask/contract` under `target/test-tools`, with the packages of its lock file.
pub(crate) struct NodeTools {
    directory: PathBuf,
}

impl NodeTools {
    /// Copies the directory, and installs the packages unless those of this lock file are there.
    pub(crate) fn prepare() -> Result<Self> {
        require_node()?;
        let tools = Self { directory: workspace::test_tools().join("node") };
        tools.copy_source()?;
        tools.install_packages()?;
        Ok(tools)
    }

    /// A program of one of the packages, in the copy's directory.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.directory.join("node_modules/.bin").join(name));
        command.current_dir(&self.directory);
        command
    }

    /// `node` in the copy's directory.
    pub(crate) fn node(&self) -> Command {
        let mut command = Command::new("node");
        command.current_dir(&self.directory);
        command
    }

    fn copy_source(&self) -> Result<()> {
        files::make_directory(&self.directory)?;
        // Not what npm may have installed there.
        let sources = files::list(SOURCE)?.into_iter().filter(|path| path.is_file());
        process::run(process::command("cp").args(sources).arg(&self.directory))
    }

    fn install_packages(&self) -> Result<()> {
        let lock = files::read(self.directory.join("package-lock.json"))?;
        let stamp = self.directory.join("node_modules/package-lock.stamp");
        if files::read(&stamp).is_ok_and(|installed| installed == lock) {
            return Ok(());
        }
        NPM.prepare()?;
        say("installing the packages of xtask/contract/package-lock.json under target/test-tools, once");
        let mut npm = Command::new("npm");
        npm.current_dir(&self.directory).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        // In milliseconds. By default, npm waits for more than a minute on a machine without a network.
        npm.args(["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]);
        process::captured(&mut npm).map_err(|error| explain(error, &OBSTACLES))?;
        // Written last, so that an interrupted installation starts anew.
        files::write(&stamp, lock)
    }
}

fn require_node() -> Result<()> {
    let version = process::captured(process::command(NODE.prepare()?).arg("--version"))?;
    match matching::number(VERSION, &version) {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        Some(_) => Err(Skipped(format!("Node.js {} is too old", version.trim())).into()),
        None => bail!("`node --version` printed {version:?}"),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_registry_that_does_not_answer_makes_the_packages_unavailable_and_a_faulty_lock_file_does_not() {
        let is_unavailable = |complaint: &str| {
            let error = anyhow!("`npm ci` failed (exit status: 1): {complaint}");
            explain(error, &OBSTACLES).is::<Skipped>()
        };
        assert!(is_unavailable("npm error code ENOTFOUND | npm error syscall getaddrinfo"));
        assert!(is_unavailable("npm WARN old | npm ERR! code ECONNREFUSED | npm ERR! errno"));
        assert!(!is_unavailable("npm error code EUSAGE | npm error ENOTFOUND in a name"));
    }
}

//! Tools written for Node.js, and the files that they read.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Unavailable, system_packages};
use crate::{console, process, workspace};

/// The directory of `package.json`, with the scripts and settings of the tools.
const SOURCE: &str = "xtask/contract";

/// The oldest major version for the tools of `package.json`: that of Debian 12.
const OLDEST_NODE: u32 = 18;

/// The codes with which npm reports that it reached no registry, or a broken one.
const UNREACHABLE_REGISTRY: [&str; 12] = [
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ENOTFOUND",
    "ERR_SOCKET_TIMEOUT",
    "ETIMEDOUT",
    "E500",
    "E502",
    "E503",
    "E504",
];

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
        let describe = || format!("cannot copy {SOURCE} to {}", self.directory.display());
        fs::create_dir_all(&self.directory).with_context(describe)?;
        for entry in fs::read_dir(workspace::root().join(SOURCE)).with_context(describe)? {
            let entry = entry.with_context(describe)?;
            if entry.file_type().with_context(describe)?.is_file() {
                fs::copy(entry.path(), self.directory.join(entry.file_name())).with_context(describe)?;
            }
        }
        Ok(())
    }

    fn install_packages(&self) -> Result<()> {
        let lock =
            fs::read_to_string(self.directory.join("package-lock.json")).context("cannot read npm's lock file")?;
        let stamp = self.directory.join("node_modules/package-lock.stamp");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
            return Ok(());
        }
        system_packages::require("npm", "npm")?;
        console::say("installing the packages of xtask/contract/package-lock.json under target/test-tools, once");
        let mut npm = Command::new("npm");
        npm.current_dir(&self.directory).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        // In milliseconds. By default, npm waits for more than a minute on a machine without a network.
        npm.args(["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]);
        process::captured(&mut npm).map_err(explain)?;
        // Written last, so that an interrupted installation starts again.
        fs::write(&stamp, lock).with_context(|| format!("cannot write {}", stamp.display()))
    }
}

fn require_node() -> Result<()> {
    system_packages::require("node", "nodejs")?;
    let version = process::captured(process::command("node").arg("--version"))?;
    match major_version(&version) {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        Some(_) => Err(Unavailable::new(format!("Node.js {} is too old", version.trim())).into()),
        None => bail!("`node --version` printed {version:?}"),
    }
}

/// The major version: 18 of `v18.20.4`.
fn major_version(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn explain(error: anyhow::Error) -> anyhow::Error {
    let complaint = error.to_string();
    // `npm error code ENOTFOUND`, and before version 10 `npm ERR! code ENOTFOUND`.
    let mut codes = complaint.split(" code ").skip(1).filter_map(|rest| rest.split_whitespace().next());
    if codes.any(|code| UNREACHABLE_REGISTRY.contains(&code)) {
        console::complain(&complaint);
        return Unavailable::new("npm reaches no registry").into();
    }
    error
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn the_major_version_of_node_is_read() {
        assert_eq!(major_version("v18.20.4\n"), Some(18));
        assert_eq!(major_version("18"), None);
    }

    #[test]
    fn a_registry_that_does_not_answer_makes_the_packages_unavailable() {
        for complaint in [
            "`npm ci` failed (exit status: 1): npm error code ENOTFOUND | npm error syscall getaddrinfo",
            "`npm ci` failed (exit status: 1): npm WARN old | npm ERR! code ECONNREFUSED | npm ERR! errno",
        ] {
            assert!(explain(anyhow!(complaint)).is::<Unavailable>(), "{complaint}");
        }
    }

    #[test]
    fn a_lock_file_that_does_not_fit_is_a_fault_of_ours() {
        let complaint = "`npm ci` failed (exit status: 1): npm error code EUSAGE | npm error ENOTFOUND in a name";
        assert!(!explain(anyhow!(complaint)).is::<Unavailable>());
    }
}

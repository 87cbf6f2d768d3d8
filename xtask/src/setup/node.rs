//! Tools written for Node.js, and the files that they read.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use ore_harness::say;

use super::tools::{NODE, NPM};
use super::unavailable::explain;
use crate::{files, process, workspace};

/// The directory of `package.json`, with the scripts and settings of the tools.
const SOURCE: &str = "xtask/contract";

/// A copy of `xtask/contract` under `target/test-tools`, with the packages of its lock file.
pub(crate) struct NodeTools {
    directory: PathBuf,
}

impl NodeTools {
    /// Copies the directory, and installs the packages unless those of this lock file are there.
    pub(crate) fn prepare() -> Result<Self> {
        NODE.prepare()?;
        let tools = Self { directory: workspace::test_tools().join("node") };
        files::make_directory(&tools.directory)?;
        // Not what npm may have installed there.
        let sources = files::list(SOURCE)?.into_iter().filter(|path| path.is_file());
        process::run(process::command("cp").args(sources).arg(&tools.directory))?;
        tools.install_packages()?;
        Ok(tools)
    }

    /// A program of one of the packages, in the copy's directory.
    pub(crate) fn program(&self, name: &str) -> Command {
        self.command(self.directory.join("node_modules/.bin").join(name))
    }

    /// `node` in the copy's directory.
    pub(crate) fn node(&self) -> Command {
        self.command("node")
    }

    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.directory);
        command
    }

    fn install_packages(&self) -> Result<()> {
        let lock = files::read(self.directory.join("package-lock.json"))?;
        let stamp = self.directory.join("node_modules/package-lock.stamp");
        if files::read(&stamp).is_ok_and(|installed| installed == lock) {
            return Ok(());
        }
        say("installing the packages of xtask/contract/package-lock.json under target/test-tools, once");
        let mut npm = self.command(NPM.prepare()?);
        npm.args(["ci", "--engine-strict", "--ignore-scripts", "--no-audit", "--no-fund"]);
        // In milliseconds. By default, npm waits for more than a minute on a machine without a network.
        npm.args(["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]);
        process::captured(&mut npm).map_err(explain)?;
        // Written last, so that an interrupted installation starts anew.
        files::write(&stamp, lock)
    }
}

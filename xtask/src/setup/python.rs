//! Python's packages, in environments of their own.

use std::env::join_paths;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};
use fs_err as fs;
use ore_harness::say;

use super::tool::path_directories;
use super::tools::{NEXTEST, PYTHON};
use super::unavailable::explain;
use crate::{process, workspace};

/// The libraries that our tokens and password hashes are compared with, and a mail server.
pub(super) const TESTS: VirtualEnvironment = VirtualEnvironment("xtask/python-requirements.txt");
/// What tests from outside run in, and the ordinary tests do not wait for.
pub(crate) const CONTRACT: VirtualEnvironment = VirtualEnvironment("xtask/contract/python-requirements.txt");
/// Linters for what no compiler reads.
pub(crate) const LINTERS: VirtualEnvironment = VirtualEnvironment("xtask/linter-requirements.txt");
/// Subcommands of cargo, in seconds where building them takes minutes.
pub(crate) const CARGO_TOOLS: VirtualEnvironment = VirtualEnvironment("xtask/cargo-tools-requirements.txt");

/// A virtual environment under `target/test-tools` with exactly the packages of a requirements file, which is named
/// from the root of the workspace on: exact versions, those of indirect dependencies too, with the hashes of their
/// files.
pub(crate) struct VirtualEnvironment(&'static str);

impl VirtualEnvironment {
    /// A program of the environment, such as `python`.
    pub(crate) fn program(&self, name: &str) -> Result<Command> {
        Ok(Command::new(self.prepare()?.with_file_name(name)))
    }

    /// Sees to it that the environment exists, and returns its `python`.
    pub(super) fn prepare(&self) -> Result<PathBuf> {
        let directory = workspace::test_tools().join(self.0).with_extension("");
        let (python, stamp) = (directory.join("bin/python"), directory.join("requirements.stamp"));
        // Programs name their `python` by an absolute path, which is wrong once the checkout has moved.
        let wanted = format!("# {}\n{}", python.display(), fs::read_to_string(self.0)?);
        let is_prepared = fs::read_to_string(&stamp).is_ok_and(|prepared| prepared == wanted);
        // The Python that the environment was made from may have been removed since.
        if is_prepared && process::succeeds(Command::new(&python).arg("--version")) {
            return Ok(python);
        }
        say(&format!("preparing the packages of {} under target/test-tools, once", self.0));
        process::run(Command::new(PYTHON.prepare()?).args(["-m", "venv", "--clear"]).arg(&directory))?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--require-virtualenv", "--no-input", "--disable-pip-version-check"]);
        pip.args(["--quiet", "--no-deps", "--require-hashes", "--requirement", self.0]);
        process::captured(&mut pip).map_err(|error| explain(self.0, error))?;
        // The requirements name indirect dependencies too; this tells when one is missing there.
        process::run(Command::new(&python).args(["-m", "pip", "check", "--disable-pip-version-check"]))?;
        // Written last, so that an interrupted preparation starts anew.
        fs::write(&stamp, wanted)?;
        Ok(python)
    }
}

/// `cargo nextest`: the one of this machine, or Python's package of it.
pub(crate) fn cargo_nextest() -> Result<Command> {
    if (NEXTEST.find)().is_some() {
        return Ok(process::cargo("nextest"));
    }
    let mut nextest = CARGO_TOOLS.program("cargo-nextest")?;
    nextest.arg("nextest");
    Ok(nextest)
}

/// `cargo llvm-cov` of Python's package. The cargo that it runs finds a nextest as [`cargo_nextest`] does.
pub(crate) fn cargo_llvm_cov() -> Result<Command> {
    let programs = CARGO_TOOLS.prepare()?.with_file_name("");
    let mut llvm_cov = Command::new(programs.join("cargo-llvm-cov"));
    // Last, since a `python3` is there too.
    let directories = join_paths(path_directories().into_iter().chain([programs]));
    llvm_cov.arg("llvm-cov").env("PATH", directories.context("cannot add a directory to PATH")?);
    Ok(llvm_cov)
}

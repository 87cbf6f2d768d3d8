//! A Python environment with the libraries that our tokens and password hashes are compared with.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::system_packages;
use crate::{console, process, workspace};

const REQUIREMENTS: &str = "xtask/python-requirements.txt";

/// Sees to it that a virtual environment with exactly the required libraries exists, and returns its `python`.
///
/// # Errors
/// When Python or its `venv` module is missing and cannot be installed, or a library cannot be.
pub(super) fn prepare() -> Result<PathBuf> {
    let directory = workspace::test_tools().join("python");
    let python = directory.join("bin/python");
    let stamp = directory.join("requirements.stamp");
    let requirements = fs::read_to_string(workspace::root().join(REQUIREMENTS))
        .with_context(|| format!("cannot read {REQUIREMENTS}"))?;
    if is_current(&python, &stamp, &requirements) {
        return Ok(python);
    }
    console::say("preparing the Python libraries of the tests under target/test-tools, once");
    create_virtual_environment(&directory)?;
    install_libraries(&python)?;
    // Written last, so that an interrupted preparation starts anew.
    fs::write(&stamp, requirements).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(python)
}

fn is_current(python: &Path, stamp: &Path, requirements: &str) -> bool {
    let prepared = fs::read_to_string(stamp).is_ok_and(|content| content == requirements);
    // The Python that the environment was made from may have been removed or replaced since.
    prepared && process::succeeds(process::command(python).args(["-c", "import argon2, jose"]))
}

fn create_virtual_environment(directory: &Path) -> Result<()> {
    if try_create(directory) {
        return Ok(());
    }
    system_packages::install("python3 with its venv module", &["python3", "python3-venv"])?;
    if !try_create(directory) {
        bail!("`python3 -m venv` still fails with the packages python3 and python3-venv installed");
    }
    Ok(())
}

/// Trying is the only sure way to know: Debian's `python3` has a `venv` module that fails for want of `ensurepip`.
fn try_create(directory: &Path) -> bool {
    process::succeeds(process::command("python3").args(["-m", "venv", "--clear"]).arg(directory))
}

fn install_libraries(python: &Path) -> Result<()> {
    let mut pip = process::command(python);
    pip.args(["-m", "pip", "install", "--require-virtualenv", "--no-input", "--disable-pip-version-check", "--quiet"]);
    process::run(pip.args(["--no-deps", "--requirement", REQUIREMENTS]))?;
    // The requirements name indirect dependencies too; this tells when one is missing there.
    process::run(process::command(python).args(["-m", "pip", "check", "--disable-pip-version-check"]))
}

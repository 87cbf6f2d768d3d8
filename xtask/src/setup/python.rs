//! Python libraries, in environments of their own.

use std::env::join_paths;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use ore_harness::say;

use super::tool::path_directories;
use super::tools::{NEXTEST, PYTHON};
use super::unavailable::explain;
use crate::{files, process, workspace};

/// The libraries that our tokens and password hashes are compared with, and a mail server.
pub(super) const TESTS: VirtualEnvironment = VirtualEnvironment {
    name: "python",
    requirements: "xtask/python-requirements.txt",
    modules: "aiosmtpd, argon2, jose",
};
/// What tests from outside run in, and the ordinary tests do not wait for.
pub(crate) const CONTRACT: VirtualEnvironment = VirtualEnvironment {
    name: "schemathesis",
    requirements: "xtask/contract/python-requirements.txt",
    modules: "schemathesis, jwt, joserfc",
};
/// Linters for the files of `deploy` and the workflows.
pub(crate) const DEPLOY: VirtualEnvironment = VirtualEnvironment {
    name: "deploy",
    requirements: "xtask/deploy-requirements.txt",
    modules: "check_jsonschema, kubernetes_validate, yaml, yamllint",
};
/// Subcommands of cargo, in seconds where building them takes minutes.
pub(crate) const CARGO_TOOLS: VirtualEnvironment =
    VirtualEnvironment { name: "cargo-tools", requirements: "xtask/cargo-tools-requirements.txt", modules: "sys" };

/// Patterns of what pip complains about when the fault lies with the machine, and what it means.
const OBSTACLES: [(&str, &str); 2] = [
    ("(that require a different python version)", "the Python here is too old"),
    ("(connection broken by)", "pip reaches no package index"),
];

/// A virtual environment under `target/test-tools` with exactly the libraries of a requirements file.
pub(crate) struct VirtualEnvironment {
    /// The name of its directory.
    name: &'static str,
    /// The requirements file, from the root of the workspace: exact versions, those of indirect dependencies too, with
    /// the hashes of their files.
    requirements: &'static str,
    /// Modules to import, separated by commas, as the proof that it works.
    modules: &'static str,
}

impl VirtualEnvironment {
    /// `python` in the environment.
    pub(crate) fn python(&self) -> Result<Command> {
        Ok(process::command(self.prepare()?))
    }

    /// A module of Python that is a program.
    pub(crate) fn module(&self, name: &str) -> Result<Command> {
        let mut command = self.python()?;
        command.args(["-m", name]);
        Ok(command)
    }

    /// A program of its own, which Python's package only carries.
    pub(crate) fn program(&self, name: &str) -> Result<Command> {
        Ok(process::command(self.prepare()?.with_file_name(name)))
    }

    /// Sees to it that the environment exists, and returns its `python`. The other programs in its
    /// `bin` name that `python` by an absolute path, which is wrong once the checkout has moved.
    pub(super) fn prepare(&self) -> Result<PathBuf> {
        let directory = workspace::test_tools().join(self.name);
        let python = directory.join("bin/python");
        let stamp = directory.join("requirements.stamp");
        let requirements = files::read(self.requirements)?;
        if self.is_current(&python, &stamp, &requirements) {
            return Ok(python);
        }
        say(&format!("preparing the libraries of {} under target/test-tools, once", self.requirements));
        create(&directory)?;
        self.install_libraries(&python)?;
        // Written last, so that an interrupted preparation starts anew.
        files::write(&stamp, requirements)?;
        Ok(python)
    }

    fn is_current(&self, python: &Path, stamp: &Path, requirements: &str) -> bool {
        let prepared = files::read(stamp).is_ok_and(|content| content == requirements);
        // The Python that the environment was made from may have been removed or replaced since.
        prepared && process::succeeds(process::command(python).args(["-c", &format!("import {}", self.modules)]))
    }

    fn install_libraries(&self, python: &Path) -> Result<()> {
        let mut pip = process::command(python);
        pip.args(["-m", "pip", "install", "--require-virtualenv", "--no-input", "--disable-pip-version-check"]);
        pip.args(["--quiet", "--no-deps", "--require-hashes", "--requirement", self.requirements]);
        process::captured(&mut pip).map_err(|error| explain(error, &OBSTACLES))?;
        // The requirements name indirect dependencies too; this tells when one is missing there.
        process::run(process::command(python).args(["-m", "pip", "check", "--disable-pip-version-check"]))
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
    let mut llvm_cov = process::command(programs.join("cargo-llvm-cov"));
    // Last, since a `python3` is there too.
    let directories = join_paths(path_directories().into_iter().chain([programs]));
    llvm_cov.arg("llvm-cov").env("PATH", directories.context("cannot add a directory to PATH")?);
    Ok(llvm_cov)
}

/// Trying is the only sure way to know: Debian's `python3` has a `venv` module that fails for want of `ensurepip`.
fn create(directory: &Path) -> Result<()> {
    let create = || process::succeeds(process::command("python3").args(["-m", "venv", "--clear"]).arg(directory));
    if !create() {
        PYTHON.install()?;
        ensure!(create(), "`python3 -m venv` still fails with the packages {} installed", PYTHON.packages);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;
    use ore_harness::Skipped;

    use super::*;

    #[test]
    fn what_the_machine_lacks_makes_a_library_unavailable_and_a_faulty_requirement_does_not() {
        for (complaint, is_unavailable) in [
            (
                "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError' | ERROR: No match",
                true,
            ),
            ("ERROR: Ignored the following versions that require a different python version: 4.0", true),
            ("ERROR: Could not find a version that satisfies the requirement six==0.0 (from versions: 1.16)", false),
        ] {
            let error = explain(anyhow!(complaint), &OBSTACLES);
            assert_eq!(error.is::<Skipped>(), is_unavailable, "{complaint}");
        }
    }
}

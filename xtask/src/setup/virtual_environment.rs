//! Python libraries in an environment of their own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{Unavailable, system_packages};
use crate::{console, process, workspace};

/// The program that makes the environments, as people name it.
const PYTHON: &str = "python3 with its venv module";

/// The messages of pip when the machine is at fault, and their meaning.
const OBSTACLES: [(&str, &str); 2] = [
    ("that require a different python version", "the Python here is too old"),
    ("connection broken by", "pip reaches no package index"),
];

/// A virtual environment under `target/test-tools` with exactly the libraries of a requirements file.
pub(super) struct VirtualEnvironment {
    /// The name of its directory.
    pub(super) name: &'static str,
    /// The requirements file, from the root of the workspace: exact versions, those of indirect dependencies too, with
    /// the hashes of their files.
    pub(super) requirements: &'static str,
    /// Modules to import, separated by commas, as the proof that it works.
    pub(super) modules: &'static str,
}

impl VirtualEnvironment {
    /// Sees to it that the environment exists, and returns its `python`. The other programs in its
    /// `bin` name that `python` by an absolute path, which is wrong once the checkout has moved.
    pub(super) fn prepare(&self) -> Result<PathBuf> {
        let directory = workspace::test_tools().join(self.name);
        let python = directory.join("bin/python");
        let stamp = directory.join("requirements.stamp");
        let requirements = fs::read_to_string(workspace::root().join(self.requirements))
            .with_context(|| format!("cannot read {}", self.requirements))?;
        if self.is_current(&python, &stamp, &requirements) {
            return Ok(python);
        }
        console::say(&format!("preparing the libraries of {} under target/test-tools, once", self.requirements));
        create(&directory)?;
        self.install_libraries(&python)?;
        // Written last, so that an interrupted preparation starts anew.
        fs::write(&stamp, requirements).with_context(|| format!("cannot write {}", stamp.display()))?;
        Ok(python)
    }

    fn is_current(&self, python: &Path, stamp: &Path, requirements: &str) -> bool {
        let prepared = fs::read_to_string(stamp).is_ok_and(|content| content == requirements);
        // The Python that the environment was made from may have been removed or replaced since.
        prepared && process::succeeds(process::command(python).args(["-c", &format!("import {}", self.modules)]))
    }

    fn install_libraries(&self, python: &Path) -> Result<()> {
        let mut pip = process::command(python);
        pip.args(["-m", "pip", "install", "--require-virtualenv", "--no-input", "--disable-pip-version-check"]);
        let installation = process::captured(pip.args([
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "--requirement",
            self.requirements,
        ]));
        installation.map_err(explain)?;
        // The requirements name indirect dependencies too; this tells when one is missing there.
        process::run(process::command(python).args(["-m", "pip", "check", "--disable-pip-version-check"]))
    }
}

fn create(directory: &Path) -> Result<()> {
    if try_create(directory) {
        return Ok(());
    }
    system_packages::install(PYTHON, &["python3", "python3-venv"])
        .map_err(|obstacle| Unavailable::missing(PYTHON, &obstacle))?;
    if !try_create(directory) {
        bail!("`python3 -m venv` still fails with the packages python3 and python3-venv installed");
    }
    Ok(())
}

/// Trying is the only sure way to know: Debian's `python3` has a `venv` module that fails for want of `ensurepip`.
fn try_create(directory: &Path) -> bool {
    process::succeeds(process::command("python3").args(["-m", "venv", "--clear"]).arg(directory))
}

fn explain(error: anyhow::Error) -> anyhow::Error {
    let complaint = error.to_string();
    let Some((_, reason)) = OBSTACLES.iter().find(|(sign, _)| complaint.contains(sign)) else {
        return error;
    };
    console::complain(&complaint);
    Unavailable::new(*reason).into()
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    fn unavailable(complaint: &'static str) -> Option<String> {
        explain(anyhow!(complaint)).downcast::<Unavailable>().ok().map(|it| it.to_string())
    }

    #[test]
    fn an_index_that_does_not_answer_makes_a_library_unavailable() {
        let complaint = "`pip` failed (exit status: 1): WARNING: Retrying (Retry(total=4)) after connection broken by \
                         'NewConnectionError' | ERROR: No matching distribution found for six==1.17.0";
        assert_eq!(unavailable(complaint).as_deref(), Some("pip reaches no package index"));
    }

    #[test]
    fn a_python_that_is_too_old_makes_a_library_unavailable() {
        let complaint = "ERROR: Ignored the following versions that require a different python version: 4.0 \
                         Requires-Python >=3.11 | ERROR: Could not find a version (from versions: 3.9)";
        assert_eq!(unavailable(complaint).as_deref(), Some("the Python here is too old"));
    }

    #[test]
    fn a_name_or_version_that_the_index_does_not_have_is_a_fault_of_the_requirements() {
        for complaint in [
            "ERROR: Could not find a version that satisfies the requirement six==0.0 (from versions: 1.16)",
            "ERROR: Could not find a version that satisfies the requirement sixx==1.17.0 (from versions: none)",
        ] {
            assert_eq!(unavailable(complaint), None, "{complaint}");
        }
    }
}

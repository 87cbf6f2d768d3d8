//! The linters for the files of `deploy` and the workflows.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use super::external_programs::{Program, find_or_install};
use super::virtual_environment::VirtualEnvironment;
use super::{Unavailable, system_packages};
use crate::process;

/// Linters from Python's package index, in an environment of their own.
pub(crate) struct PythonLinters {
    python: PathBuf,
}

impl PythonLinters {
    /// Installs what is missing.
    pub(crate) fn prepare() -> Result<Self> {
        let environment = VirtualEnvironment {
            name: "deploy",
            requirements: "xtask/deploy-requirements.txt",
            modules: "check_jsonschema, kubernetes_validate, yaml, yamllint",
        };
        Ok(Self { python: environment.prepare()? })
    }

    /// The environment's `python`.
    pub(crate) fn python(&self) -> Command {
        process::command(&self.python)
    }

    /// A linter that is a module of Python.
    pub(crate) fn module(&self, name: &str) -> Command {
        let mut command = self.python();
        command.args(["-m", name]);
        command
    }

    /// A linter that is a program of its own, which Python's package only carries.
    pub(crate) fn program(&self, name: &str) -> Command {
        process::command(self.python.with_file_name(name))
    }
}

/// `shellcheck`.
pub(crate) fn prepare_shellcheck() -> Result<Command> {
    system_packages::require("shellcheck", "shellcheck")?;
    Ok(process::command("shellcheck"))
}

/// `systemd-analyze`, which checks units without a running systemd, too.
pub(crate) fn prepare_systemd_analyze() -> Result<Command> {
    system_packages::require("systemd-analyze", "systemd")?;
    Ok(process::command("systemd-analyze"))
}

/// `promtool`, which comes with Prometheus. Nothing starts that.
pub(crate) fn prepare_promtool() -> Result<Command> {
    let runs = || process::succeeds(process::command("promtool").arg("--version"));
    if !runs() {
        system_packages::install_without_starting("promtool", &["prometheus"])
            .map_err(|obstacle| Unavailable::missing("promtool", &obstacle))?;
        ensure!(runs(), "the package prometheus is installed, and no promtool runs");
    }
    Ok(process::command("promtool"))
}

/// The path of `prometheus`.
pub(crate) fn prepare_prometheus() -> Result<PathBuf> {
    find_or_install(Program { name: "prometheus", package: "prometheus", argument: "--version" })
}

/// `kubectl` with a kustomize that reads our files, version 5 or later.
pub(crate) fn prepare_kubectl() -> Result<Command> {
    let version = process::captured(process::command("kubectl").args(["version", "--client"])).unwrap_or_default();
    if !has_kustomize_5(&version) {
        return Err(Unavailable::new("there is no kubectl with kustomize 5 or later").into());
    }
    Ok(process::command("kubectl"))
}

/// `Kustomize Version: v5.5.0` is a line of what `kubectl version --client` prints.
fn has_kustomize_5(version: &str) -> bool {
    let kustomize = version.lines().find_map(|line| line.strip_prefix("Kustomize Version: v"));
    let major = kustomize.and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    major.is_some_and(|major| major >= 5)
}

#[cfg(test)]
mod tests {
    use super::has_kustomize_5;

    #[test]
    fn kubectl_is_taken_by_the_version_of_its_kustomize() {
        assert!(has_kustomize_5("Client Version: v1.32.4\nKustomize Version: v5.5.0\n"));
        assert!(!has_kustomize_5("Client Version: v1.26.0\nKustomize Version: v4.5.7\n"));
        // Debian 12's does not name it.
        assert!(!has_kustomize_5("Client Version: version.Info{Major:\"1\", Minor:\"20\"}\n"));
    }
}

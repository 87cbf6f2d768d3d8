//! Packages of the operating system.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::Unavailable;
use crate::{console, process};

/// Debian's tool for starting services asks this program, and starts none when it ends with 101.
const DEBIAN_POLICY: &str = "/usr/sbin/policy-rc.d";
const START_NOTHING: &str = "#!/bin/sh\nexit 101\n";

/// Sees to it that a program can be run, which comes with `package`.
pub(super) fn require(program: &str, package: &str) -> Result<()> {
    require_with(program, package, || install(program, &[package]))
}

fn require_with(program: &str, package: &str, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let runs = || process::succeeds(process::command(program).arg("--version"));
    if !runs() {
        install().map_err(|obstacle| Unavailable::missing(program, &obstacle))?;
        ensure!(runs(), "the package {package} is installed, and no {program} runs");
    }
    Ok(())
}

/// Installs packages where nobody is asked for it: on Debian and its like as root, as in a container.
pub(super) fn install(missing: &str, packages: &[&str]) -> Result<()> {
    if !can_install() {
        bail!("{}", advice(missing, packages));
    }
    console::say(&format!("installing the packages {}, which the tests need", packages.join(" ")));
    process::run(apt_get().arg("update"))?;
    process::run(apt_get().args(["install", "--yes", "--no-install-recommends"]).args(packages))
}

/// As [`install`], for packages that bring a server which Debian would start at once, and at every start of the machine.
pub(super) fn install_without_starting(missing: &str, packages: &[&str]) -> Result<()> {
    let policy = Path::new(DEBIAN_POLICY);
    if !can_install() || policy.exists() {
        return install(missing, packages);
    }
    fs::write(policy, START_NOTHING).with_context(|| format!("cannot write {DEBIAN_POLICY}"))?;
    let executable = fs::set_permissions(policy, Permissions::from_mode(0o755)).context("cannot make it executable");
    let result = executable.and_then(|()| install(missing, packages));
    // What somebody installs later must be started as Debian starts it.
    fs::remove_file(policy).with_context(|| format!("cannot remove {DEBIAN_POLICY}"))?;
    result
}

/// Whether [`install`] installs, or only says what is missing.
pub(super) fn can_install() -> bool {
    Path::new("/etc/debian_version").exists() && is_root()
}

/// Whether we are the administrator of this machine, or of this container.
pub(super) fn is_root() -> bool {
    process::command("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

fn advice(missing: &str, packages: &[&str]) -> String {
    let packages = packages.join(" ");
    format!("the tests need {missing}: install it, on Debian and its like with `sudo apt-get install {packages}`")
}

fn apt_get() -> std::process::Command {
    let mut command = process::command("apt-get");
    command.arg("--quiet").env("DEBIAN_FRONTEND", "noninteractive");
    command
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    const ABSENT: &str = "no-such-program-here";

    #[test]
    fn a_program_that_cannot_be_installed_is_unavailable() {
        let error = require_with(ABSENT, "package", || Err(anyhow!("no network"))).unwrap_err();
        assert!(error.is::<Unavailable>(), "{error}");
        assert_eq!(error.to_string(), "no-such-program-here is missing and cannot be installed here");
    }

    #[test]
    fn a_program_that_does_not_run_once_installed_is_a_fault_of_ours() {
        let error = require_with(ABSENT, "package", || Ok(())).unwrap_err();
        assert!(!error.is::<Unavailable>(), "{error}");
    }

    #[test]
    fn a_program_that_runs_is_not_installed() {
        require_with("cargo", "package", || Err(anyhow!("it was installed"))).unwrap();
    }

    #[test]
    fn the_advice_says_what_to_install_on_one_line() {
        assert_eq!(
            advice("python3 with its venv module", &["python3", "python3-venv"]),
            "the tests need python3 with its venv module: install it, on Debian and its like with \
             `sudo apt-get install python3 python3-venv`"
        );
    }
}

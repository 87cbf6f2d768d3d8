//! Packages of the operating system.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Result, bail};
use ore_harness::say;

use crate::{files, process};

/// Debian's tool for starting services asks this program, and starts none when it ends with 101. A package may bring a
/// server, which Debian would start at once and at every start of the machine.
const START_NOTHING: (&str, &str) = ("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n");

/// With this setting, Debian's package makes no cluster of its own.
const MAKE_NO_CLUSTER: (&str, &str) =
    ("/etc/postgresql-common/createcluster.d/ore-tests.conf", "create_main_cluster = false\n");

/// Installs packages where nobody is asked for it: on Debian and its like as root, as in a container.
pub(super) fn install(missing: &str, packages: &[&str]) -> Result<()> {
    if packages.is_empty() || !Path::new("/etc/debian_version").exists() || !is_root() {
        bail!("{}", advice(missing, packages));
    }
    let mut written = Vec::new();
    let result = quieten(packages, &mut written).and_then(|()| {
        say(&format!("installing the packages {}", packages.join(" ")));
        process::run(apt_get().arg("update"))?;
        process::run(apt_get().args(["install", "--yes", "--no-install-recommends"]).args(packages))
    });
    // What somebody installs later must be started and made as Debian does it.
    for file in written {
        files::remove(file)?;
    }
    result
}

/// Notes what it has written.
fn quieten(packages: &[&str], written: &mut Vec<&str>) -> Result<()> {
    let files = [START_NOTHING].into_iter().chain(packages.contains(&"postgresql").then_some(MAKE_NO_CLUSTER));
    for (file, content) in files.filter(|(file, _)| !Path::new(file).exists()) {
        files::write(file, content)?;
        written.push(file);
        fs::set_permissions(file, Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// Whether we are the administrator of this machine, or of this container.
pub(super) fn is_root() -> bool {
    process::command("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

fn advice(missing: &str, packages: &[&str]) -> String {
    let with_apt = format!(", on Debian and its like with `sudo apt-get install {}`", packages.join(" "));
    format!("{missing} is missing: install it{}", if packages.is_empty() { "" } else { &with_apt })
}

fn apt_get() -> std::process::Command {
    let mut command = process::command("apt-get");
    command.arg("--quiet").env("DEBIAN_FRONTEND", "noninteractive");
    command
}

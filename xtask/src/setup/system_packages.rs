//! Packages of the operating system.

use std::path::Path;

use anyhow::{Result, bail};
use ore_harness::say;

use crate::process;

/// Installs packages where nobody is asked for it: on Debian and its like as root, as in a container.
pub(super) fn install(missing: &str, packages: &[&str]) -> Result<()> {
    if packages.is_empty() || !Path::new("/etc/debian_version").exists() || !is_root() {
        bail!("{}", advice(missing, packages));
    }
    say(&format!("installing the packages {}", packages.join(" ")));
    process::run(process::command("sh").arg("xtask/install-packages").args(packages))
}

/// Whether we are the administrator of this machine, or of this container.
pub(super) fn is_root() -> bool {
    process::command("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

fn advice(missing: &str, packages: &[&str]) -> String {
    let with_apt = format!(", on Debian and its like with `sudo apt-get install {}`", packages.join(" "));
    format!("{missing} is missing: install it{}", if packages.is_empty() { "" } else { &with_apt })
}

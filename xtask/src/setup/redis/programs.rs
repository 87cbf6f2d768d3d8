//! Where Redis's server program is.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result};

use crate::process;
use crate::setup::system_packages;

const PROGRAM: &str = "redis-server";

/// Debian's tool for starting services asks this program, and starts none when it ends with 101. Debian's package would
/// otherwise start a server of its own.
const DEBIAN_POLICY: &str = "/usr/sbin/policy-rc.d";
const START_NOTHING: &str = "#!/bin/sh\nexit 101\n";

/// The program, installed where that is possible.
///
/// # Errors
/// When there is none that runs; the error says what to install.
pub(super) fn find_or_install() -> Result<PathBuf> {
    if let Some(program) = find() {
        return Ok(program);
    }
    install()?;
    find().context("Redis is installed and yet does not run")
}

/// With its path, since tests start servers of their own with nothing of our environment.
fn find() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "PATH belongs to the operating system and is no setting of ours")]
    let path = env::var_os("PATH").unwrap_or_default();
    let mut candidates = env::split_paths(&path).map(|directory| directory.join(PROGRAM));
    candidates.find(|program| process::succeeds(process::command(program).arg("--version")))
}

fn install() -> Result<()> {
    const MISSING: &str = "Redis 6 or later (its server program here)";
    let policy = Path::new(DEBIAN_POLICY);
    if !system_packages::can_install() || policy.exists() {
        return system_packages::install(MISSING, &[PROGRAM]);
    }
    fs::write(policy, START_NOTHING).with_context(|| format!("cannot write {DEBIAN_POLICY}"))?;
    let result = process::run(process::command("chmod").arg("+x").arg(policy))
        .and_then(|()| system_packages::install(MISSING, &[PROGRAM]));
    // What somebody installs later must be started as Debian starts it.
    fs::remove_file(policy).with_context(|| format!("cannot remove {DEBIAN_POLICY}"))?;
    result
}

//! Where Redis's server program is.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process;
use crate::setup::system_packages;

const PROGRAM: &str = "redis-server";

/// The program, installed where that is possible.
///
/// # Errors
/// When there is none that runs; the error says what to install.
pub(super) fn find_or_install() -> Result<PathBuf> {
    if let Some(program) = find() {
        return Ok(program);
    }
    // Debian's package would start a server of its own.
    system_packages::install_without_starting("Redis 6 or later (its server program here)", &[PROGRAM])?;
    find().context("Redis is installed and yet does not run")
}

/// With its path, since tests start servers of their own with nothing of our environment.
fn find() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "PATH belongs to the operating system and is no setting of ours")]
    let path = env::var_os("PATH").unwrap_or_default();
    let mut candidates = env::split_paths(&path).map(|directory| directory.join(PROGRAM));
    candidates.find(|program| process::succeeds(process::command(program).arg("--version")))
}

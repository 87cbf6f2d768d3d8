//! curl, with which a test runs the README's session word for word.

use anyhow::Result;

use super::system_packages;
use crate::process;

/// Sees to it that `curl` can be run.
///
/// # Errors
/// When it is missing and cannot be installed.
pub(crate) fn prepare() -> Result<()> {
    if process::succeeds(process::command("curl").arg("--version")) {
        return Ok(());
    }
    system_packages::install("curl", &["curl"])
}

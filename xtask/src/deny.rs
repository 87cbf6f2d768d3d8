//! `cargo xtask deny`.

use anyhow::Result;

use crate::process;
use crate::setup::DENY;

/// Checks all dependencies against `deny.toml`.
///
/// # Errors
/// When a dependency breaks a rule, or cargo-deny cannot be installed.
pub(crate) fn run() -> Result<()> {
    process::run(process::command(DENY.find_or_install()?).args([
        "--locked",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]))
}

//! `cargo xtask fmt`.

use anyhow::Result;

use crate::process::{self, cargo};

/// Formats every package of the workspace.
///
/// # Errors
/// When `cargo fmt` fails.
pub(crate) fn run() -> Result<()> {
    process::run(&mut cargo(["fmt", "--all"]))
}

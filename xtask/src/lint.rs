//! `cargo xtask lint`.

use anyhow::Result;

use crate::process::{self, cargo};
use crate::tidy;

/// Runs the checks from the quickest to the slowest.
///
/// # Errors
/// At the first check that fails.
pub(crate) fn run() -> Result<()> {
    tidy::run()?;
    process::run(&mut cargo(["fmt", "--all", "--check"]))?;
    process::run(&mut cargo(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
    // Not `--all-features` above: jsonwebtoken wants exactly one crypto provider, so the second is checked alone.
    process::run(&mut cargo([
        "check",
        "--package",
        "ore-security",
        "--no-default-features",
        "--features",
        "rust-crypto",
        "--locked",
    ]))?;
    process::run(cargo(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings"))
}

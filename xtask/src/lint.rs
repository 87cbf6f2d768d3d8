//! `cargo xtask lint`.

use anyhow::{Result, ensure};

use crate::process::{self, cargo};
use crate::tidy;

/// Runs the checks from the quickest to the slowest.
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
    refuse_argon2_for_verifiers()?;
    process::run(cargo(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings"))
}

/// A service that only checks tokens compiles no Argon2.
fn refuse_argon2_for_verifiers() -> Result<()> {
    let arguments =
        ["tree", "--package", "ore-security", "--no-default-features", "--features", "aws-lc-rs", "--locked"];
    let tree = process::output(cargo(arguments).args(["--edges", "normal", "--prefix", "none"]))?;
    ensure!(!tree.contains("argon2 "), "ore-security with the feature tokens alone depends on argon2:\n{tree}");
    Ok(())
}

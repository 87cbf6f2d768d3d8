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
    refuse_needless_cryptography()?;
    process::run(cargo(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings"))
}

/// A service that only checks tokens compiles neither Argon2 nor a cipher.
fn refuse_needless_cryptography() -> Result<()> {
    let arguments =
        ["tree", "--package", "ore-security", "--no-default-features", "--features", "aws-lc-rs", "--locked"];
    let tree = process::output(cargo(arguments).args(["--edges", "normal", "--prefix", "none"]))?;
    for needless in ["argon2 ", "chacha20poly1305 "] {
        ensure!(!tree.contains(needless), "ore-security with the feature tokens alone has {needless}:\n{tree}");
    }
    Ok(())
}

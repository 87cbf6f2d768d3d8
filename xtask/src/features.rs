//! `cargo xtask features`: what other services take, with the features that their other crates may bring.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use ore_harness::say;

use crate::process::{self, cargo};

/// The error of a build without a choice of cryptography.
const NO_PROVIDER: &str = "ore-security needs one of its features";

/// Checks tokens with each choice of cryptography: none, which no build may have, the other one, and all at once. The choice
/// of the workspace is what all tests run with.
pub(crate) fn run() -> Result<()> {
    let start = Instant::now();
    refuse_no_provider()?;
    // With the features of the whole workspace, so that what it is built from is not built again.
    let providers = "ore-consumer/second-jwt-provider,ore-consumer/second-tls-provider";
    process::run(&mut cargo(&format!("test --locked --workspace --test unified_features --features {providers}")))?;
    let other = "test --locked --package ore-security --no-default-features --features rust-crypto --test providers";
    process::run(&mut cargo(other))?;
    say(&format!("every choice of cryptography checks tokens, in {:.1} s", start.elapsed().as_secs_f64()));
    Ok(())
}

fn refuse_no_provider() -> Result<()> {
    let mut check = cargo("check --locked --package ore-security --no-default-features --features tokens");
    let output = check.output().context("cannot start cargo")?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(
        !output.status.success() && told.contains(NO_PROVIDER),
        "a build without cryptography is not refused:\n{told}"
    );
    Ok(())
}

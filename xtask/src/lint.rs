//! `cargo xtask lint`, `pre-commit`, `features` and `deny`: what cargo and its subcommands check.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::process::{self, cargo};
use crate::setup::CARGO_TOOLS;
use crate::tidy;

/// What the hook runs before each commit. Clippy looks again at what has changed since.
pub(crate) fn run_quick() -> Result<()> {
    tidy::check(Path::new("."))?;
    process::run(&mut cargo("fmt --all --check"))?;
    process::run(&mut cargo("clippy --workspace --all-targets --locked -- -D warnings"))
}

/// Runs the checks from the quickest to the slowest.
pub(crate) fn run() -> Result<()> {
    run_quick()?;
    // Not `--all-features` above: jsonwebtoken wants exactly one crypto provider, so the second is checked alone.
    process::run(&mut cargo("check --locked --package ore-security --no-default-features --features rust-crypto"))?;
    // The verifier's own tests have its feature refresh, and so does the workspace.
    process::run(&mut cargo("check --locked --package ore-verifier"))?;
    refuse_needless_dependencies()?;
    process::run(cargo("doc --workspace --no-deps --locked").env("RUSTDOCFLAGS", "-D warnings"))
}

/// Packages for other services, the features that such a service takes, and what these must not bring.
const LEAN: [(&str, &str, &str); 3] = [
    ("ore-security", "aws-lc-rs", "argon2 chacha20poly1305"),
    ("ore-client", "default", "actix-web argon2 chacha20poly1305 diesel jsonwebtoken openssl-sys utoipa"),
    ("ore-verifier", "default", "actix-web argon2 chacha20poly1305 diesel openssl openssl-sys tokio"),
];

/// A service that only checks tokens compiles neither Argon2 nor a cipher, and no server of ours.
fn refuse_needless_dependencies() -> Result<()> {
    for (package, feature, needless) in LEAN {
        let selection = ["--package", package, "--no-default-features", "--features", feature];
        let tree = process::output(cargo("tree --locked --edges normal --prefix none").args(selection))?;
        for needless in needless.split(' ') {
            let is_there = tree.lines().any(|line| line.split(' ').next() == Some(needless));
            ensure!(!is_there, "{package} with the feature {feature} alone has {needless}:\n{tree}");
        }
    }
    Ok(())
}

/// The error of a build without a choice of cryptography.
const NO_PROVIDER: &str = "ore-security needs one of its features";

/// Checks tokens with each choice of cryptography that the other crates of a service may bring: none, which no build
/// may have, the other one, and all at once. The choice of the workspace is what all tests run with.
pub(crate) fn run_features() -> Result<()> {
    let mut check = cargo("check --locked --package ore-security --no-default-features --features tokens");
    let output = check.output().context("cannot start cargo")?;
    let told = String::from_utf8_lossy(&output.stderr);
    let is_refused = !output.status.success() && told.contains(NO_PROVIDER);
    ensure!(is_refused, "a build without cryptography is not refused:\n{told}");
    // With the features of the whole workspace, so that what it is built from is not built again.
    let providers = "ore-consumer/second-jwt-provider,ore-consumer/second-tls-provider";
    process::run(&mut cargo(&format!("test --locked --workspace --test unified_features --features {providers}")))?;
    let other = "test --locked --package ore-security --no-default-features --features rust-crypto --test providers";
    process::run(&mut cargo(other))
}

/// The options of `cargo xtask deny`.
#[derive(clap::Args)]
pub(crate) struct DenyArguments {
    /// Also look for known faults of the dependencies, in a database that is fetched
    #[arg(long)]
    advisories: bool,
}

/// Checks all dependencies against `deny.toml`.
pub(crate) fn run_deny(arguments: &DenyArguments) -> Result<()> {
    let mut deny = CARGO_TOOLS.program("cargo-deny")?;
    deny.args(["--locked", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]);
    if arguments.advisories {
        deny.arg("advisories");
    }
    process::run(&mut deny)
}

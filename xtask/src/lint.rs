//! `cargo xtask lint` and `pre-commit`.

use anyhow::{Result, ensure};

use crate::process::{self, cargo};
use crate::{tidy, workspace};

/// What the hook runs before each commit. Clippy looks again at what has changed since.
pub(crate) fn run_quick() -> Result<()> {
    tidy::check(workspace::root())?;
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
const LEAN: &[(&str, &str, &[&str])] = &[
    ("ore-security", "aws-lc-rs", &["argon2 ", "chacha20poly1305 "]),
    (
        "ore-client",
        "default",
        &["actix-web ", "argon2 ", "chacha20poly1305 ", "diesel ", "jsonwebtoken ", "openssl-sys ", "utoipa "],
    ),
    ("ore-verifier", "default", &["actix-web ", "argon2 ", "chacha20poly1305 ", "diesel ", "openssl", "tokio "]),
];

/// A service that only checks tokens compiles neither Argon2 nor a cipher, and no server of ours.
fn refuse_needless_dependencies() -> Result<()> {
    for (package, feature, needless) in LEAN {
        let selection = ["--package", package, "--no-default-features", "--features", feature];
        let tree = process::output(cargo("tree --locked --edges normal --prefix none").args(selection))?;
        for needless in *needless {
            ensure!(!tree.contains(needless), "{package} with the feature {feature} alone has {needless}:\n{tree}");
        }
    }
    Ok(())
}

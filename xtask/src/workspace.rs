//! Places in the workspace, and copies of it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{files, process};

/// The directory of the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// The directory of everything that the tests need beside Rust, kept between runs.
pub(crate) fn test_tools() -> PathBuf {
    root().join("target/test-tools")
}

/// Adds this to the version of every package of a copy of the checkout. By that cargo tells them from ours in one directory
/// of built things: it knows packages of a workspace by their place in it, and takes what the copy has built for ours
/// otherwise.
pub(crate) fn mark_versions(copy: &Path, suffix: &str) -> Result<()> {
    let manifest = copy.join("Cargo.toml");
    let text = files::read(&manifest)?;
    // The version of the workspace stands on a line of its own; those of dependencies stand within braces.
    let (before, after) = text.split_once("\nversion = \"").context("the copy has no version")?;
    let (version, after) = after.split_once('"').context("the copy has no version")?;
    files::write(&manifest, format!("{before}\nversion = \"{version}{suffix}\"{after}"))?;
    // Our packages alone.
    let update = |options: &str| {
        let mut update = process::cargo(&format!("update --workspace --quiet{options}"));
        update.current_dir(copy);
        update
    };
    if process::succeeds(&mut update(" --offline")) { Ok(()) } else { process::run(&mut update("")) }
}

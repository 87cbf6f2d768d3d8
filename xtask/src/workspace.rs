//! Places in the workspace, and copies of it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use fs_err as fs;

use crate::{matching, process};

/// The directory of the workspace's `Cargo.toml`, where the commands run. Tests need its path, and what runs elsewhere.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// The directory of everything that the tests need beside Rust, kept between runs.
pub(crate) fn test_tools() -> PathBuf {
    root().join("target/test-tools")
}

/// Makes a directory, in place of what was there.
pub(crate) fn make_anew(directory: &Path) -> Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    Ok(fs::create_dir_all(directory)?)
}

/// Lays the files of a commit in a directory, in place of what was there and perhaps with all that has changed since,
/// and puts this at the end of the version of every package. By that cargo tells them from ours in one directory of
/// built things: it knows packages of a workspace by their place in it, and takes what the copy has built for ours
/// otherwise.
pub(crate) fn copy(commit: &str, with_changes: bool, directory: &Path, suffix: &str) -> Result<()> {
    make_anew(directory)?;
    // Not in the index of the person who asks.
    let git = |arguments: &[&str]| {
        process::run(process::git("").args(arguments).env("GIT_INDEX_FILE", directory.with_extension("index")))
    };
    git(&["read-tree", commit])?;
    if with_changes {
        git(&["add", "--all"])?;
    }
    git(&["checkout-index", "--all", &format!("--prefix={}/", directory.display())])?;
    let manifest = directory.join("Cargo.toml");
    // The version of the workspace stands on a line of its own; those of dependencies stand within braces.
    let text = matching::insert("\nversion = \"[^\"]*()\"", &fs::read_to_string(&manifest)?, suffix);
    fs::write(&manifest, text.context("the copy has no version")?)?;
    // Our packages alone.
    let update = |options: &str| {
        let mut update = process::cargo(&format!("update --workspace --quiet{options}"));
        update.current_dir(directory);
        update
    };
    if process::succeeds(&mut update(" --offline")) { Ok(()) } else { process::run(&mut update("")) }
}

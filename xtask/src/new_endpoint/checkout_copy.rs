//! A copy of this checkout to try things in.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::marked_versions::mark_versions;
use crate::process::{self, cargo};
use crate::{tidy, workspace};

const VERSION_SUFFIX: &str = "-copy";

/// Every file that git tracks or would track, in a repository of its own; gone with the value.
pub(super) struct CheckoutCopy {
    directory: PathBuf,
}

impl CheckoutCopy {
    /// # Errors
    /// When a file cannot be copied, or git cannot make a repository.
    pub(super) fn make() -> Result<Self> {
        let root = workspace::root();
        let directory = root.join("target/new-endpoint");
        remove(&directory)?;
        let copy = Self { directory };
        for file in tidy::repository_files(root)? {
            copy.add(root, &file)?;
        }
        // What tests need beside Rust lies there too, and is found by its path.
        symlink(root.join("target"), copy.directory.join("target")).context("cannot link the copy's target")?;
        mark_versions(&copy.directory, VERSION_SUFFIX)?;
        process::run(process::command("git").args(["init", "--quiet"]).current_dir(&copy.directory))?;
        Ok(copy)
    }

    pub(super) fn path(&self) -> &Path {
        &self.directory
    }

    /// `cargo` in the copy, as if nothing of ours ran around it.
    pub(super) fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = cargo(arguments);
        command.current_dir(&self.directory).env("CARGO_TARGET_DIR", workspace::root().join("target"));
        // Nothing is changed and built again here.
        command.env("CARGO_INCREMENTAL", "0");
        command
    }

    /// # Errors
    /// When the copy cannot be removed.
    pub(super) fn remove(self) -> Result<()> {
        remove(&self.directory)
    }

    fn add(&self, root: &Path, file: &str) -> Result<()> {
        let (source, target) = (root.join(file), self.directory.join(file));
        // One that git tracks and that was deleted since.
        if !source.exists() {
            return Ok(());
        }
        if let Some(directory) = target.parent() {
            fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
        }
        fs::copy(&source, &target).with_context(|| format!("cannot copy {file}"))?;
        Ok(())
    }
}

fn remove(directory: &Path) -> Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory).with_context(|| format!("cannot remove {}", directory.display()))?;
    }
    Ok(())
}

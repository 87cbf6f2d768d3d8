//! A copy of this checkout to try things in.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::{self, cargo};
use crate::{tidy, workspace};

/// What marks the version of every package of the copy. By it cargo tells them from ours in the one directory of built
/// things, and takes all that comes from elsewhere as it is.
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
        copy.mark_versions()?;
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

    fn mark_versions(&self) -> Result<()> {
        for (file, mark) in [("Cargo.toml", mark_manifest as fn(&str) -> String), ("Cargo.lock", mark_lock)] {
            let path = self.directory.join(file);
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {file} of the copy"))?;
            let marked = mark(&text);
            ensure!(marked != text, "{file} has no version of ours");
            fs::write(&path, marked).with_context(|| format!("cannot write {file} of the copy"))?;
        }
        Ok(())
    }
}

fn remove(directory: &Path) -> Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory).with_context(|| format!("cannot remove {}", directory.display()))?;
    }
    Ok(())
}

/// The version of the workspace stands on a line of its own; those of dependencies stand within braces.
fn mark_manifest(text: &str) -> String {
    text.lines()
        .map(|line| if line.starts_with("version = ") { marked(line) } else { line.to_owned() + "\n" })
        .collect()
}

/// Packages of ours come from no registry.
fn mark_lock(text: &str) -> String {
    let mark = |package: &str| {
        if package.contains("\nsource = ") {
            return package.to_owned();
        }
        let is_version = |line: &&str| line.starts_with("version = ") && *line != "version = 4";
        let version = package.lines().find(is_version).unwrap_or_default();
        if version.is_empty() {
            package.to_owned()
        } else {
            package.replacen(&format!("{version}\n"), &marked(version), 1)
        }
    };
    text.split("\n\n").map(mark).collect::<Vec<_>>().join("\n\n")
}

fn marked(version: &str) -> String {
    format!("{}{VERSION_SUFFIX}\"\n", version.trim_end_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_the_workspace_is_marked_and_no_other() {
        let manifest =
            "[workspace.package]\nversion = \"0.1.0\"\n\n[workspace.dependencies]\nanyhow = { version = \"1\" }\n";
        assert_eq!(mark_manifest(manifest), manifest.replace("0.1.0", "0.1.0-copy"));
    }

    #[test]
    fn the_lock_names_our_packages_by_their_marked_versions() {
        let lock = "version = 4\n\n[[package]]\nname = \"anyhow\"\nversion = \"0.1.0\"\nsource = \"registry\"\n\n\
                    [[package]]\nname = \"ore-api\"\nversion = \"0.1.0\"\ndependencies = [\n \"anyhow\",\n]\n";
        assert_eq!(mark_lock(lock), lock.replace("ore-api\"\nversion = \"0.1.0", "ore-api\"\nversion = \"0.1.0-copy"));
    }
}

//! `cargo xtask pre-commit`: the quick part of `cargo xtask lint`, for what is about to be committed.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};

use crate::metadata::{self, Package};
use crate::process::{self, cargo};
use crate::{tidy, workspace};

/// Checks the tidiness of every file, and of the Rust files that are staged the format, and their packages with clippy.
pub(crate) fn run() -> Result<()> {
    let listing = process::output(&mut process::git("diff --cached --name-only -z"))?;
    tidy::run()?;
    let packages = packages_of(listing.split_terminator('\0'), &metadata::read()?.packages)?;
    if packages.is_empty() {
        return Ok(());
    }
    process::run(&mut cargo("fmt --all --check"))?;
    let selection = packages.iter().flat_map(|package| ["--package", package]);
    process::run(cargo("clippy --all-targets --locked").args(selection).args(["--", "-D", "warnings"]))
}

/// The packages with Rust files or manifests among these; a file belongs to the innermost package around it.
fn packages_of<'a>(files: impl Iterator<Item = &'a str>, packages: &[Package]) -> Result<BTreeSet<String>> {
    let is_rust = |file: &Path| file.extension().is_some_and(|it| it == "rs") || file.ends_with("Cargo.toml");
    let mut directories = Vec::new();
    for package in packages {
        let directory = package.manifest_path.parent().context("a package has no directory")?;
        directories.push((directory.strip_prefix(workspace::root()).unwrap_or(directory), &package.name));
    }
    let owner = |file: &Path| {
        let around = directories.iter().filter(|(directory, _)| file.starts_with(directory));
        around.max_by_key(|(directory, _)| directory.components().count()).map(|(_, name)| (*name).clone())
    };
    Ok(files.map(Path::new).filter(|file| is_rust(file)).filter_map(owner).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_those_of_the_rust_files() {
        let packages = metadata::read().unwrap().packages;
        let of =
            |files: &[&str]| packages_of(files.iter().copied(), &packages).unwrap().into_iter().collect::<Vec<_>>();
        assert_eq!(of(&["crates/cli/src/main.rs", "xtask/src/main.rs", "docs/api.md"]), ["ore-cli", "xtask"]);
        assert_eq!(of(&["xtask/bench/Cargo.toml"]), ["ore-bench"]);
        assert!(of(&["README.md", "crates/api/README.md"]).is_empty());
    }
}

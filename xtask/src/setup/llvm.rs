//! The programs of LLVM that read what a program with counters has written.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{Unavailable, system_packages};
use crate::process;

/// The package whose LLVM writes and reads profiles as rustc 1.95 does: both must be of one major version.
pub(super) const PACKAGE: Option<&str> = Some("llvm-22");

/// The directory in which Debian has the programs of each version.
const DIRECTORIES: &str = "/usr/lib";

/// The directory of `llvm-cov` and `llvm-profdata`, which are installed where that is possible.
pub(crate) fn prepare_llvm() -> Result<PathBuf> {
    let major = rustc_llvm()?;
    if find(major).is_none() {
        let package = format!("llvm-{major}");
        system_packages::install(&format!("llvm-cov and llvm-profdata {major}"), &[&package])
            .map_err(|obstacle| Unavailable::missing(&package, &obstacle))?;
    }
    find(major).context("LLVM is installed, and its llvm-cov is nowhere")
}

/// Whether LLVM is here.
pub(super) fn is_here() -> bool {
    rustc_llvm().ok().and_then(find).is_some()
}

/// The directory with LLVM's programs of this major version.
fn find(major: u32) -> Option<PathBuf> {
    let directory = Path::new(DIRECTORIES).join(format!("llvm-{major}/bin"));
    let are_there = ["llvm-cov", "llvm-profdata"].iter().all(|name| directory.join(name).is_file());
    are_there.then_some(directory)
}

fn rustc_llvm() -> Result<u32> {
    let version = process::captured(process::command("rustc").arg("-vV"))?;
    match major_version(&version) {
        Some(major) => Ok(major),
        None => bail!("`rustc -vV` does not tell its LLVM"),
    }
}

/// Of the line `LLVM version: 22.1.2`: 22.
fn major_version(version: &str) -> Option<u32> {
    let number = version.lines().find_map(|line| line.strip_prefix("LLVM version: "))?;
    number.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_rustc_s_llvm_is_read() {
        assert_eq!(major_version("release: 1.95.0\nLLVM version: 22.1.2\n"), Some(22));
        assert_eq!(major_version("release: 1.95.0\n"), None);
    }

    #[test]
    fn the_package_is_of_the_llvm_that_this_rustc_has() {
        assert_eq!(PACKAGE, Some(format!("llvm-{}", rustc_llvm().unwrap()).as_str()));
    }
}

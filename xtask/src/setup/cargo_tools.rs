//! Programs from crates.io, under `target/tools`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use ore_harness::say;

use super::unavailable::missing;
use crate::{process, workspace};

/// cargo-deny, as `deny.toml` is written for it.
pub(crate) const DENY: CargoTool = CargoTool { name: "cargo-deny", version: "0.20.2", features: "" };
/// What `cargo xtask coverage` runs the tests with.
pub(crate) const LLVM_COV: CargoTool = CargoTool { name: "cargo-llvm-cov", version: "0.9.1", features: "" };
/// What `cargo xtask docs --book` makes pages with; it also watches and serves, which nobody here asks it for.
pub(crate) const MDBOOK: CargoTool = CargoTool { name: "mdbook", version: "0.5.4", features: "search" };

/// A program in the version that our files are written for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CargoTool {
    name: &'static str,
    version: &'static str,
    /// Those to build it with, instead of the default ones.
    features: &'static str,
}

impl CargoTool {
    /// The path of the tool, which is installed if it is missing.
    pub(crate) fn find_or_install(self) -> Result<PathBuf> {
        if let Some(program) = self.find() {
            return Ok(program);
        }
        self.install().map_err(|obstacle| missing(self.name, &obstacle))?;
        Ok(self.ours())
    }

    /// The path of the tool, if it exists in its version.
    pub(super) fn find(self) -> Option<PathBuf> {
        [self.ours(), PathBuf::from(self.name)].into_iter().find(|candidate| self.is_version_of(candidate))
    }

    fn ours(self) -> PathBuf {
        workspace::tools().join("bin").join(self.name)
    }

    /// `cargo-deny 0.20.2`, `mdbook v0.5.4`.
    fn is_version_of(self, program: &Path) -> bool {
        let mut command = process::command(program);
        // A subcommand of cargo is told its own name first; cargo-deny does without.
        if self.name == LLVM_COV.name {
            command.arg("llvm-cov");
        }
        let printed = command.arg("--version").output().map(|it| String::from_utf8_lossy(&it.stdout).into_owned());
        let version = printed.unwrap_or_default();
        version.split_whitespace().next_back().is_some_and(|it| it.trim_start_matches('v') == self.version)
    }

    fn install(self) -> Result<()> {
        let Self { name, version, features } = self;
        say(&format!("installing {name} {version} under target/tools, once"));
        let mut install = process::cargo("install --locked");
        install.args([name, "--version", version, "--no-default-features", "--features", features]);
        // A release profile may ask for one codegen unit and full link-time optimisation: minutes, for a run of seconds.
        install.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        process::run(install.arg("--root").arg(workspace::tools()))
    }
}

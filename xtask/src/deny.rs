//! `cargo xtask deny`.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::{console, process, workspace};

/// The release that `deny.toml` is written for.
const VERSION: &str = "0.20.2";

/// Checks all dependencies against `deny.toml`.
///
/// # Errors
/// When a dependency breaks a rule, or cargo-deny cannot be installed.
pub(crate) fn run() -> Result<()> {
    process::run(process::command(find_or_install()?).args([
        "--locked",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]))
}

fn find_or_install() -> Result<PathBuf> {
    let ours = workspace::tools().join("bin/cargo-deny");
    let on_path = PathBuf::from("cargo-deny");
    for candidate in [&ours, &on_path] {
        if has_version(candidate) {
            return Ok(candidate.clone());
        }
    }
    install()?;
    Ok(ours)
}

fn has_version(program: &Path) -> bool {
    let output = process::command(program).arg("--version").output();
    output.is_ok_and(|it| String::from_utf8_lossy(&it.stdout).trim() == format!("cargo-deny {VERSION}"))
}

fn install() -> Result<()> {
    console::say(&format!("installing cargo-deny {VERSION} under target/tools, once"));
    // Without its default features it lacks the advisory database alone, which these checks do not read.
    let mut install =
        process::cargo(["install", "cargo-deny", "--locked", "--no-default-features", "--version", VERSION]);
    // Its release profile asks for one codegen unit and full link-time optimisation: minutes, for a run of seconds.
    install.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    process::run(install.arg("--root").arg(workspace::tools()))
}

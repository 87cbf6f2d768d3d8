//! `cargo xtask docs --book`: the manual as pages, with the documentation of the code beside it.

use std::path::PathBuf;

use anyhow::Result;
use ore_harness::say;

use crate::process::{self, cargo};
use crate::workspace;

/// Makes the pages. `cargo xtask lint` has checked their links, and that each page is in the summary.
pub(crate) fn run() -> Result<()> {
    process::run(process::command(install_mdbook()?).args(["build", "docs"]))?;
    process::run(cargo("doc --workspace --no-deps --locked").env("RUSTDOCFLAGS", "-D warnings"))?;
    // mdBook has emptied its directory, which `docs/book.toml` names.
    process::run(process::command("cp").args(["--recursive", "target/doc", "target/book/rustdoc"]))?;
    say("the manual: target/book/index.html; the code: target/book/rustdoc/ore_api/index.html");
    Ok(())
}

/// Cargo does nothing where this version is installed already.
fn install_mdbook() -> Result<PathBuf> {
    let directory = workspace::root().join("target/tools");
    let mut install = cargo("install --locked mdbook --version 0.5.4 --no-default-features --features search");
    // A release profile may ask for one codegen unit and full link-time optimisation: minutes, for a run of seconds.
    install.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    process::run(install.arg("--root").arg(&directory))?;
    Ok(directory.join("bin/mdbook"))
}

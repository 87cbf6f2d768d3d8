//! `cargo xtask schema-compat`: the program before this commit serves on the schema of this one, beside this one.

use std::path::PathBuf;

use anyhow::Result;
use fs_err as fs;
use ore_harness::say;

use crate::process::git;
use crate::programs::BuiltPrograms;
use crate::{chaos, process, workspace};

/// Builds the program of the last release or, before the first one, of the previous commit, and runs both on one
/// database, unless the migrations are the same.
pub(crate) fn run() -> Result<()> {
    let named = |arguments| Some(process::captured(&mut git(arguments)).ok()?.trim_end().to_owned());
    let last_release = named("describe --tags --abbrev=0 --match v[0-9]* HEAD^");
    let Some(base) = last_release.or_else(|| named("rev-parse --verify --quiet HEAD^")) else {
        say("<== schema-compat: skipped, this checkout has no earlier commit");
        return Ok(());
    };
    if process::succeeds(git("diff --quiet").args([&base, "--", "migrations"])) {
        say(&format!("the migrations are those of {base}: nothing to check"));
        return Ok(());
    }
    let options = ["--quick", "--only", "expand-and-contract"].map(str::to_owned);
    chaos::run_with("chaos", &options, Some(("earlier-server", build(&base)?)))
}

/// From a copy of the sources, and with the dependencies that are built already.
fn build(base: &str) -> Result<PathBuf> {
    say(&format!("building workflow-server of {base}"));
    let directory = workspace::root().join("target/schema-compat");
    let source = directory.join("source");
    workspace::copy(base, false, &source, "-base")?;
    // Not by the name of its package, which has been another.
    let built = BuiltPrograms::build_in(&source, "--bin workflow-server")?;
    // The next build puts its own in this place.
    let program = directory.join("workflow-server");
    fs::copy(built.path("workflow-server")?, &program)?;
    Ok(program)
}

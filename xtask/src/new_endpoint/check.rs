//! `cargo xtask new-endpoint --check`: one endpoint with every type of field, tried out in a copy of this checkout.

use std::path::Path;

use anyhow::{Context, Result};
use fs_err as fs;
use fs_err::os::unix::fs::symlink;
use ore_harness::say;

use super::endpoint::Endpoint;
use super::generate;
use crate::process::{self, cargo};
use crate::{tidy, workspace};

/// A name of two words, so that every notation of it differs.
const NAME: &str = "trial_specimen";

/// Every type, required and not, the lengths of strings said and not.
const FIELDS: &str = "title:string:80 code:string:3 label:string? number:integer height:integer? frozen:bool labelled:bool? \
                      taken_at:timestamp seen_at:timestamp? batch:uuid origin:uuid?";

/// In the packages that an endpoint has files in.
const CLIPPY: &str = "clippy --all-targets --locked --package ore-api --package ore-cli --package ore-domain \
                      --package ore-persistence --package ore-schemas --package ore-services -- -D warnings";

/// Tests of ours that look at every route, operation and migration.
const OTHER_TESTS: &str = "xtask test -- openapi:: access:: migrations:: after_down";

/// Where something fails or no test runs, the copy is left where it is, to be looked at.
pub(super) fn run() -> Result<()> {
    let copy = Path::new("target/new-endpoint");
    make(copy)?;
    try_out(copy).with_context(|| format!("see {}", copy.display()))?;
    fs::remove_dir_all(copy)?;
    say("a new endpoint passes every check, and its own tests");
    Ok(())
}

fn try_out(copy: &Path) -> Result<()> {
    let fields: Vec<_> = FIELDS.split(' ').map(str::to_owned).collect();
    generate(copy, &Endpoint::new(NAME, None, &fields)?)?;
    tidy::check(copy)?;
    // Tests run with the features of the whole workspace, so that nothing from outside is built again.
    for command in [CLIPPY, "xtask layers", &format!("xtask test -- {NAME}"), OTHER_TESTS] {
        let mut command = cargo(command);
        command.current_dir(copy).env("CARGO_TARGET_DIR", workspace::root().join("target"));
        // Nothing is changed and built again here.
        process::run(command.env("CARGO_INCREMENTAL", "0"))?;
    }
    Ok(())
}

/// Every file that git tracks or would track, in a repository of its own.
fn make(copy: &Path) -> Result<()> {
    workspace::copy("HEAD", true, copy, "-copy")?;
    // What tests need beside Rust lies there too, and is found by its path.
    symlink(workspace::root().join("target"), copy.join("target"))?;
    process::run(process::git("init --quiet").current_dir(copy))
}

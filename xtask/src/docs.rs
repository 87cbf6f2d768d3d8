//! `cargo xtask docs`: files that are the output of programs of ours.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use fs_err as fs;
use ore_harness::say;

use crate::process::{self, cargo};
use crate::programs::{self, BuiltPrograms};
use crate::workspace;

/// The options of `cargo xtask docs`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing and fail when a committed file differs from what the code says
    #[arg(long)]
    check: bool,
    /// Then make pages of the manual, with the documentation of the code beside it
    #[arg(long, conflicts_with = "check")]
    book: bool,
}

/// Files from the root of the workspace, and the programs that print them: the server, which knows its settings and its
/// API, and `crates/cli/examples/reference`.
const FILES: [(&str, &str); 9] = [
    (".env.example", "workflow-server config --env-example"),
    ("docs/openapi.json", "workflow-server openapi"),
    ("docs/settings.md", "reference settings en"),
    ("docs/zh-CN/settings.md", "reference settings zh-CN"),
    ("docs/errors.md", "reference errors en"),
    ("docs/zh-CN/errors.md", "reference errors zh-CN"),
    ("docs/metrics.md", "reference metrics en"),
    ("docs/zh-CN/metrics.md", "reference metrics zh-CN"),
    ("docs/command-line.md", "reference command-line en"),
];

/// Checks or writes the generated files, and makes the book where it is asked for.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    generate(arguments.check)?;
    if arguments.book { make_book() } else { Ok(()) }
}

/// Writes the files that are not as the code says, or names them if they are only to be checked.
pub(crate) fn generate(is_check: bool) -> Result<()> {
    let built = BuiltPrograms::build("--bin workflow-server --example reference")?;
    // What a program prints must not depend on where it is run.
    let directory = Path::new("target/docs");
    workspace::make_anew(directory)?;
    let mut stale = Vec::new();
    for (file, command) in FILES {
        let (program, arguments) = command.split_once(' ').context("no arguments")?;
        let mut program = programs::bare_command(&built.path(program)?, directory);
        let generated = process::output(program.args(arguments.split(' ')))?;
        if fs::read_to_string(file).is_ok_and(|committed| committed == generated) {
            continue;
        }
        if is_check {
            stale.push(file);
        } else {
            fs::write(file, &generated)?;
            say(&format!("wrote {file}"));
        }
    }
    ensure!(stale.is_empty(), "not as the code says: {}; run `cargo xtask docs`", stale.join(", "));
    Ok(())
}

/// The manual as pages, with the documentation of the code beside it. `cargo xtask lint` has checked their links, and
/// that each page is in the summary.
fn make_book() -> Result<()> {
    // Cargo does nothing where this version is installed already.
    let mdbook = "install --locked --debug mdbook --version 0.5.4 --no-default-features --features search";
    process::run(cargo(mdbook).args(["--root", "target/tools"]))?;
    process::run(Command::new("target/tools/bin/mdbook").args(["build", "docs"]))?;
    process::run(cargo("doc --workspace --no-deps --locked").env("RUSTDOCFLAGS", "-D warnings"))?;
    // mdBook has emptied its directory, which `docs/book.toml` names.
    process::run(Command::new("cp").args(["--recursive", "target/doc", "target/book/rustdoc"]))?;
    say("the manual: target/book/index.html; the code: target/book/rustdoc/ore_api/index.html");
    Ok(())
}

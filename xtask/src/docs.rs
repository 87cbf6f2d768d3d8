//! `cargo xtask docs`: files that are the output of programs of ours.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use ore_harness::say;

use crate::process::{self, cargo};
use crate::programs::{self, BuiltPrograms};
use crate::{files, workspace};

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

/// A file from the root of the workspace, the program that prints it, and its arguments.
type GeneratedFile = (&'static str, &'static str, &'static [&'static str]);

/// It knows its settings and its API.
const SERVER: &str = "workflow-server";
/// `crates/cli/examples/reference`, which prints the reference pages.
const REFERENCE: &str = "reference";

const FILES: [GeneratedFile; 9] = [
    (".env.example", SERVER, &["config", "--env-example"]),
    ("docs/openapi.json", SERVER, &["openapi"]),
    ("docs/settings.md", REFERENCE, &["settings", "en"]),
    ("docs/zh-CN/settings.md", REFERENCE, &["settings", "zh-CN"]),
    ("docs/errors.md", REFERENCE, &["errors", "en"]),
    ("docs/zh-CN/errors.md", REFERENCE, &["errors", "zh-CN"]),
    ("docs/metrics.md", REFERENCE, &["metrics", "en"]),
    ("docs/zh-CN/metrics.md", REFERENCE, &["metrics", "zh-CN"]),
    ("docs/command-line.md", REFERENCE, &["command-line", "en"]),
];

/// Checks or writes the generated files, and makes the book where it is asked for.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    generate(arguments.check)?;
    if arguments.book { make_book() } else { Ok(()) }
}

/// Writes the files that are not as the code says, or names them if they are only to be checked.
pub(crate) fn generate(is_check: bool) -> Result<()> {
    let built = BuiltPrograms::build(&format!("--bin {SERVER} --example {REFERENCE}"))?;
    // What a program prints must not depend on where it is run.
    let directory = workspace::root().join("target/docs");
    files::remove(&directory)?;
    files::make_directory(&directory)?;
    let mut stale = Vec::new();
    for (file, program, output) in FILES {
        let generated = process::output(programs::bare_command(&built.path(program)?, &directory).args(output))?;
        if files::read(file).is_ok_and(|committed| committed == generated) {
            continue;
        }
        stale.push(file);
        if !is_check {
            files::write(file, &generated)?;
            say(&format!("wrote {file}"));
        }
    }
    let count = FILES.len() - stale.len();
    ensure!(!is_check || stale.is_empty(), "not as the code says: {}; run `cargo xtask docs`", stale.join(", "));
    say(&format!("{count} files were as the code says"));
    Ok(())
}

/// The manual as pages, with the documentation of the code beside it. `cargo xtask lint` has checked their links, and that each
/// page is in the summary.
fn make_book() -> Result<()> {
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

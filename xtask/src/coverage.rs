//! `cargo xtask coverage`.

use std::process::Command;

use anyhow::Result;

use crate::setup::{LLVM, TestEnvironment, cargo_llvm_cov};
use crate::{files, process};

/// Lines that the tests must reach at least, in percent: a number, and nothing else.
const FLOOR: &str = ".config/coverage-floor";

/// Without programs that drive the service from outside, and our own commands.
const MEASURED: &str = "--workspace --exclude ore-bench --exclude ore-chaos --exclude ore-harness --exclude xtask";

/// The options of `cargo xtask coverage`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Measure these packages alone, and hold them to no floor
    #[arg(value_name = "PACKAGE")]
    packages: Vec<String>,
}

/// Runs the tests on SQLite, writes which lines they reach to `target/coverage`, and prints the share of each file.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let llvm = LLVM.prepare()?;
    let llvm_cov = |arguments: &[&str]| -> Result<Command> {
        let mut command = cargo_llvm_cov()?;
        command.env("LLVM_COV", llvm.join("llvm-cov")).env("LLVM_PROFDATA", llvm.join("llvm-profdata"));
        command.args(arguments);
        Ok(command)
    };
    let environment = TestEnvironment::prepare(None)?;
    // Each test in a process of its own, as `cargo xtask test` has them.
    let mut test = llvm_cov(&["nextest"])?;
    test.args(["--no-report", "--locked"]).envs(environment.variables.clone());
    for package in &arguments.packages {
        test.args(["--package", package]);
    }
    let mut summary = llvm_cov(&["report"])?;
    if arguments.packages.is_empty() {
        test.args(MEASURED.split(' '));
        summary.args(["--fail-under-lines", files::read(FLOOR)?.trim()]);
    }
    // What earlier runs have reached does not count.
    process::run(&mut llvm_cov(&["clean", "--workspace", "--profraw-only"])?)?;
    process::run(&mut test)?;
    process::run(&mut llvm_cov(&["report", "--html", "--output-dir", "target/coverage"])?)?;
    process::run(&mut summary)
}

//! `cargo xtask coverage`.

use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::setup::{LLVM, TestEnvironment, cargo_llvm_cov};

/// Lines that the tests must reach at least, in percent: a number, and nothing else.
const FLOOR: &str = ".config/coverage-floor";

/// Without programs that drive the service from outside, and our own commands.
const MEASURED: &str = "--workspace --exclude ore-bench --exclude ore-chaos --exclude ore-harness --exclude xtask";

/// Runs the tests on SQLite, writes which lines they reach to `target/coverage`, and prints the share of each file.
pub(crate) fn run() -> Result<()> {
    let llvm = LLVM.prepare()?;
    let llvm_cov = |arguments: &[&str]| -> Result<Command> {
        let mut command = cargo_llvm_cov()?;
        command.env("LLVM_COV", llvm.join("llvm-cov")).env("LLVM_PROFDATA", llvm.join("llvm-profdata"));
        command.args(arguments);
        Ok(command)
    };
    let environment = TestEnvironment::prepare()?;
    // Each test in a process of its own, as `cargo xtask test` has them.
    let mut test = llvm_cov(&["nextest", "--no-report", "--locked", "--no-fail-fast"])?;
    test.args(MEASURED.split(' ')).envs(environment.variables.clone());
    // What earlier runs have reached does not count.
    process::run(&mut llvm_cov(&["clean", "--workspace", "--profraw-only"])?)?;
    process::run(&mut test)?;
    process::run(&mut llvm_cov(&["report", "--html", "--output-dir", "target/coverage"])?)?;
    process::run(&mut llvm_cov(&["report", "--fail-under-lines", fs_err::read_to_string(FLOOR)?.trim()])?)
}

//! `cargo xtask test`.

mod count;

use std::fs;
use std::process::Command;

use anyhow::{Result, bail};

use self::count::TestCount;
use crate::process::{self, cargo};
use crate::setup::TestEnvironment;
use crate::{console, metadata, workspace};

/// The options of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Test these packages instead of the whole workspace
    #[arg(value_name = "PACKAGE")]
    packages: Vec<String>,
    /// Handed to the test runner: a part of a test's name, `--ignored`, …
    #[arg(last = true, value_name = "ARGUMENT")]
    runner_arguments: Vec<String>,
}

/// Prepares what the tests need, runs them and prints how many ran. No test is run twice.
///
/// # Errors
/// When the preparation or a test fails, or when not one test ran.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let environment = TestEnvironment::prepare()?;
    let mut count = TestCount::default();
    let result = run_tests(arguments, &environment, &mut count);
    if !count.is_zero() {
        console::say(&count.to_string());
    }
    result?;
    if count.is_zero() {
        bail!("no test ran");
    }
    Ok(())
}

fn run_tests(arguments: &Arguments, environment: &TestEnvironment, count: &mut TestCount) -> Result<()> {
    if !process::succeeds(&mut cargo(["nextest", "--version"])) {
        return run_with_cargo(&mut test_command(arguments, environment, &["test"], &arguments.packages), count);
    }
    // cargo-nextest does not run documentation tests, and runs each other test in a process of its own.
    run_with_nextest(&mut test_command(arguments, environment, &["nextest", "run"], &arguments.packages), count)?;
    let documented = packages_with_doctests(&arguments.packages)?;
    if arguments.packages.is_empty() || !documented.is_empty() {
        run_with_cargo(&mut test_command(arguments, environment, &["test", "--doc"], &documented), count)?;
    }
    Ok(())
}

fn test_command(
    arguments: &Arguments,
    environment: &TestEnvironment,
    subcommand: &[&str],
    packages: &[String],
) -> Command {
    let mut command = cargo(subcommand.iter().copied());
    command.args(["--locked", "--no-fail-fast"]).envs(environment.variables());
    if packages.is_empty() {
        command.arg("--workspace");
    }
    for package in packages {
        command.args(["--package", package]);
    }
    if !arguments.runner_arguments.is_empty() {
        command.arg("--").args(&arguments.runner_arguments);
    }
    command
}

/// Those of the packages that `cargo test --doc` accepts; it fails on a package without a library.
fn packages_with_doctests(packages: &[String]) -> Result<Vec<String>> {
    if packages.is_empty() {
        return Ok(Vec::new());
    }
    let documented = metadata::read()?.packages.into_iter().filter(|it| it.targets.iter().any(|target| target.doctest));
    Ok(documented.map(|it| it.name).filter(|name| packages.contains(name)).collect())
}

fn run_with_cargo(command: &mut Command, count: &mut TestCount) -> Result<()> {
    process::run_seeing_lines(command, |line| count.add_libtest_line(line))
}

fn run_with_nextest(command: &mut Command, count: &mut TestCount) -> Result<()> {
    // Named in .config/nextest.toml; a report left by an earlier run must not be counted.
    let report = workspace::root().join("target/nextest/default/junit.xml");
    let _ = fs::remove_file(&report);
    let result = process::run(command);
    if let Ok(report) = fs::read_to_string(&report) {
        count.add_junit_report(&report);
    }
    result
}

//! `cargo xtask test`.

mod count;

use std::fs;
use std::process::Command;

use anyhow::{Result, bail};

use self::count::TestCount;
use crate::process::{self, cargo};
use crate::setup::{self, TestEnvironment};
use crate::{console, metadata, workspace};

/// The options of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Test these packages instead of the whole workspace
    #[arg(value_name = "PACKAGE")]
    packages: Vec<String>,
    /// Test with TLS to PostgreSQL: the packages named must have the feature `pg-tls`
    #[arg(long, requires = "packages")]
    pg_tls: bool,
    /// Make the tests' databases on this PostgreSQL server, as an administrator, instead of one started for them
    #[arg(long, env = "BACKEND_TEST_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<String>,
    /// Handed to the test runner: a part of a test's name, `--ignored`, …
    #[arg(last = true, value_name = "ARGUMENT")]
    passed_on: Vec<String>,
}

/// The package whose HTTP tests run once on each database, and their binary, whose name is theirs alone.
const HTTP_SUITE: (&str, &str) = ("ore-api", "it");

/// The variable that makes the HTTP tests run on the server of `ORE_TEST_POSTGRES_URL`.
const ON_POSTGRES: (&str, &str) = ("ORE_TEST_DATABASE", "postgres");

/// Prepares what the tests need, runs them, runs the HTTP tests again on PostgreSQL, and prints how many ran.
///
/// # Errors
/// When the preparation or a test fails, or when not one test ran.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    // An empty variable is how many a script leaves one unset.
    let database_url = arguments.database_url.as_deref().filter(|url| !url.is_empty());
    let environment = TestEnvironment::prepare(database_url)?;
    if arguments.pg_tls {
        setup::prepare_openssl()?;
    }
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
    if has_http_suite(&arguments.packages) && !arguments.packages.is_empty() {
        build_example_services()?;
    }
    let has_nextest = process::succeeds(&mut cargo(["nextest", "--version"]));
    if has_nextest {
        run_every_test_with_nextest(arguments, environment, count)?;
    } else {
        run_with_cargo(&mut test_command(arguments, environment, &["test"], &arguments.packages), count)?;
    }
    if has_http_suite(&arguments.packages) {
        run_http_suite_on_postgres(arguments, environment, count, has_nextest)?;
    }
    Ok(())
}

/// cargo-nextest does not run documentation tests, and runs each other test in a process of its own.
fn run_every_test_with_nextest(
    arguments: &Arguments,
    environment: &TestEnvironment,
    count: &mut TestCount,
) -> Result<()> {
    run_with_nextest(&mut test_command(arguments, environment, &["nextest", "run"], &arguments.packages), count)?;
    let documented = packages_with_doctests(&arguments.packages)?;
    if arguments.packages.is_empty() || !documented.is_empty() {
        run_with_cargo(&mut test_command(arguments, environment, &["test", "--doc"], &documented), count)?;
    }
    Ok(())
}

/// The HTTP tests start them; where the whole workspace is tested, its examples are built anyway.
fn build_example_services() -> Result<()> {
    process::run(&mut cargo([
        "build",
        "--locked",
        "--workspace",
        "--example",
        "axum-notes",
        "--example",
        "actix-notes",
    ]))
}

fn has_http_suite(packages: &[String]) -> bool {
    packages.is_empty() || packages.iter().any(|package| package == HTTP_SUITE.0)
}

fn run_http_suite_on_postgres(
    arguments: &Arguments,
    environment: &TestEnvironment,
    count: &mut TestCount,
    has_nextest: bool,
) -> Result<()> {
    let (_, binary) = HTTP_SUITE;
    console::say("the HTTP tests again, on PostgreSQL");
    let command = |subcommand: &[&str]| {
        // The packages of the first run: fewer would mean other cargo features, and so building everything again.
        let mut command = test_command(arguments, environment, subcommand, &arguments.packages);
        command.env(ON_POSTGRES.0, ON_POSTGRES.1);
        command
    };
    if has_nextest {
        // Part of a test's name, given by a person, may well be that of a test in another binary.
        run_with_nextest(&mut command(&["nextest", "run", "--test", binary, "--no-tests=pass"]), count)
    } else {
        run_with_cargo(&mut command(&["test", "--test", binary]), count)
    }
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
    if arguments.pg_tls {
        command.args(["--features", "pg-tls"]);
    }
    if !arguments.passed_on.is_empty() {
        command.arg("--").args(&arguments.passed_on);
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

#[cfg(test)]
mod tests {
    use super::has_http_suite;

    #[test]
    fn the_http_tests_run_again_with_the_workspace_and_with_their_package_alone() {
        let packages = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert!(has_http_suite(&[]));
        assert!(has_http_suite(&packages(&["ore-domain", "ore-api"])));
        assert!(!has_http_suite(&packages(&["ore-domain", "xtask"])));
    }
}

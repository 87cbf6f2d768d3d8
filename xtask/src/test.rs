//! `cargo xtask test`.

use std::process::Command;

use anyhow::Result;

use crate::process::{self, cargo};
use crate::setup::{self, TestEnvironment};
use crate::{console, metadata};

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

/// What tells the HTTP tests to run on the server of `ORE_TEST_POSTGRES_URL`.
const ON_POSTGRES: (&str, &str) = ("ORE_TEST_DATABASE", "postgres");

/// Prepares what the tests need, runs them, and runs the HTTP tests again on PostgreSQL.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    // An empty variable is how many a script leaves one unset.
    let database_url = arguments.database_url.as_deref().filter(|url| !url.is_empty());
    let environment = TestEnvironment::prepare(database_url)?;
    if arguments.pg_tls {
        setup::prepare_openssl()?;
    }
    let run = if process::succeeds(&mut cargo(["nextest", "--version"])) { run_with_nextest } else { run_with_cargo };
    run(arguments, &environment)
}

fn run_with_cargo(arguments: &Arguments, environment: &TestEnvironment) -> Result<()> {
    process::run(&mut test_command(arguments, environment, &["test"], &arguments.packages))?;
    run_again_on_postgres(arguments, environment, &["test", "--test", HTTP_SUITE.1])
}

/// cargo-nextest does not run documentation tests.
fn run_with_nextest(arguments: &Arguments, environment: &TestEnvironment) -> Result<()> {
    process::run(&mut test_command(arguments, environment, &["nextest", "run"], &arguments.packages))?;
    let documented = packages_with_doctests(&arguments.packages)?;
    if arguments.packages.is_empty() || !documented.is_empty() {
        process::run(&mut test_command(arguments, environment, &["test", "--doc"], &documented))?;
    }
    // Part of a test's name, given by a person, may well be that of a test in another binary.
    run_again_on_postgres(arguments, environment, &["nextest", "run", "--test", HTTP_SUITE.1, "--no-tests=pass"])
}

fn run_again_on_postgres(arguments: &Arguments, environment: &TestEnvironment, subcommand: &[&str]) -> Result<()> {
    if !has_http_suite(&arguments.packages) {
        return Ok(());
    }
    console::say("the HTTP tests again, on PostgreSQL");
    // The packages of the first run: fewer would mean other cargo features, and so building everything again.
    let mut command = test_command(arguments, environment, subcommand, &arguments.packages);
    process::run(command.env(ON_POSTGRES.0, ON_POSTGRES.1))
}

fn has_http_suite(packages: &[String]) -> bool {
    packages.is_empty() || packages.iter().any(|package| package == HTTP_SUITE.0)
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

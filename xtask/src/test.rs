//! `cargo xtask test`.

use std::process::Command;

use anyhow::{Result, ensure};
use ore_harness::say;

use crate::process::{self, cargo};
use crate::setup::{NEXTEST, OPENSSL_BUILD, TestEnvironment};
use crate::{files, matching, metadata};

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
const HTTP_SUITE: (&str, &str) = ("ore-cli", "it");

/// The variable that makes the HTTP tests run on the server of `ORE_TEST_POSTGRES_URL`.
const ON_POSTGRES: (&str, &str) = ("ORE_TEST_DATABASE", "postgres");

/// Named in .config/nextest.toml.
const JUNIT_REPORT: &str = "target/nextest/default/junit.xml";

/// Prepares what the tests need, runs them, runs the HTTP tests again on PostgreSQL, and prints how many ran.
///
/// # Errors
/// When the preparation or a test fails, or when not one test ran.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    // An empty variable is how many a script leaves one unset.
    let database_url = arguments.database_url.as_deref().filter(|url| !url.is_empty());
    let environment = TestEnvironment::prepare(database_url)?;
    if arguments.pg_tls {
        OPENSSL_BUILD.prepare()?;
    }
    let mut run = Run { arguments, environment, has_nextest: (NEXTEST.find)().is_some(), count: 0 };
    let result = run.tests();
    if run.count > 0 {
        say(&format!("{} tests ran", run.count));
    }
    result?;
    ensure!(run.count > 0, "no test ran");
    Ok(())
}

struct Run<'a> {
    arguments: &'a Arguments,
    environment: TestEnvironment,
    has_nextest: bool,
    /// The tests that ran.
    count: u32,
}

impl Run<'_> {
    fn tests(&mut self) -> Result<()> {
        let packages = &self.arguments.packages;
        let has_http_suite = has_http_suite(packages);
        if has_http_suite && !packages.is_empty() {
            // The HTTP tests start them; where the whole workspace is tested, its examples are built anyway.
            process::run(&mut cargo("build --locked --workspace --example axum-notes --example actix-notes"))?;
        }
        if self.has_nextest {
            // It runs no documentation tests, and each other test in a process of its own.
            self.with_nextest(self.command("nextest run", packages))?;
            let documented = packages_with_doctests(packages)?;
            if packages.is_empty() || !documented.is_empty() {
                self.with_cargo(self.command("test --doc", &documented))?;
            }
        } else {
            self.with_cargo(self.command("test", packages))?;
        }
        if has_http_suite { self.http_suite_on_postgres() } else { Ok(()) }
    }

    /// With the packages of the first run: fewer would mean other cargo features, and so building everything again.
    fn http_suite_on_postgres(&mut self) -> Result<()> {
        say("the HTTP tests again, on PostgreSQL");
        // Part of a test's name, given by a person, may well be that of a test in another binary.
        let runner = if self.has_nextest { "nextest run --no-tests=pass" } else { "test" };
        let mut command = self.command(&format!("{runner} --test {}", HTTP_SUITE.1), &self.arguments.packages);
        command.env(ON_POSTGRES.0, ON_POSTGRES.1);
        if self.has_nextest { self.with_nextest(command) } else { self.with_cargo(command) }
    }

    fn command(&self, subcommand: &str, packages: &[String]) -> Command {
        let mut command = cargo(subcommand);
        command.args(["--locked", "--no-fail-fast"]).envs(self.environment.variables());
        if packages.is_empty() {
            command.arg("--workspace");
        }
        for package in packages {
            command.args(["--package", package]);
        }
        if self.arguments.pg_tls {
            command.args(["--features", "pg-tls"]);
        }
        if !self.arguments.passed_on.is_empty() {
            command.arg("--").args(&self.arguments.passed_on);
        }
        command
    }

    fn with_cargo(&mut self, mut command: Command) -> Result<()> {
        process::run_seeing_lines(&mut command, |line| self.count += counted_by_libtest(line))
    }

    fn with_nextest(&mut self, mut command: Command) -> Result<()> {
        // What an earlier run has left must not be counted.
        files::remove(JUNIT_REPORT)?;
        let result = process::run(&mut command);
        self.count += counted_by_junit(&files::read(JUNIT_REPORT).unwrap_or_default());
        result
    }
}

fn has_http_suite(packages: &[String]) -> bool {
    packages.is_empty() || packages.iter().any(|package| package == HTTP_SUITE.0)
}

/// Those of the packages that `cargo test --doc` accepts; it fails on a package without a library.
fn packages_with_doctests(packages: &[String]) -> Result<Vec<String>> {
    if packages.is_empty() {
        return Ok(Vec::new());
    }
    let documented = metadata::read()?.packages.into_iter().filter(|it| it.targets.iter().any(|target| target.doctest));
    Ok(documented.map(|it| it.name).filter(|name| packages.contains(name)).collect())
}

/// The tests of a line like `test result: ok. 3 passed; 0 failed; 1 ignored; …`; in any other line there are none.
fn counted_by_libtest(line: &str) -> u32 {
    let figure = |word| matching::number(&format!(r"^test result: \w+\. .*?\b(\d+) {word}"), line).unwrap_or(0);
    figure("passed") + figure("failed")
}

/// What a `JUnit` report's root element counts.
fn counted_by_junit(report: &str) -> u32 {
    matching::number(r#"<testsuites [^>]*\btests="(\d+)""#, report).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_of_every_binary_add_up_and_other_lines_add_nothing() {
        let lines = [
            "running 3 tests",
            "test parsing::test result: ok. 3 passed ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.00s",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.25s",
        ];
        assert_eq!(lines.map(counted_by_libtest).iter().sum::<u32>(), 6);
        assert_eq!(counted_by_junit("<testsuites name=\"run\" tests=\"14\">\n<testsuite tests=\"9\">"), 14);
    }
}

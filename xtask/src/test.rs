//! `cargo xtask test`.

use std::process::Command;
use std::thread::available_parallelism;

use anyhow::Result;
use cargo_metadata::{MetadataCommand, Target};
use ore_harness::say;

use crate::process::{self, cargo};
use crate::setup::{OPENSSL_BUILD, TestEnvironment, cargo_nextest};

/// The options of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Test these packages instead of the whole workspace
    #[arg(value_name = "PACKAGE")]
    packages: Vec<String>,
    /// Test with TLS to PostgreSQL: the packages named must have the feature `pg-tls`
    #[arg(long, requires = "packages")]
    pg_tls: bool,
    /// Handed to the test runner: a part of a test's name, `--ignored`, …
    #[arg(last = true, value_name = "ARGUMENT")]
    passed_on: Vec<String>,
}

/// The package whose HTTP tests run once on each database, and their binary, whose name is theirs alone.
const HTTP_SUITE: [&str; 2] = ["ore-cli", "it"];

/// Those of them that no database has a part in.
const ANY_DATABASE: &str = "test(/^any_database::/)";

/// Prepares what the tests need, runs them, and runs the HTTP tests again on PostgreSQL. Fails also when no test has a
/// name that was asked for.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let environment = TestEnvironment::prepare()?;
    if arguments.pg_tls {
        OPENSSL_BUILD.prepare()?;
    }
    let packages = &arguments.packages;
    let has_http_suite = packages.is_empty() || packages.iter().any(|package| package == HTTP_SUITE[0]);
    if has_http_suite && !packages.is_empty() {
        // The HTTP tests start them; where the whole workspace is tested, its examples are built anyway.
        process::run(&mut cargo("build --locked --workspace --example axum-notes --example actix-notes"))?;
    }
    let of = |mut command: Command, words: &[&str], packages: &[String]| {
        command.args(words).args(["--locked", "--no-fail-fast"]).envs(environment.variables.clone());
        command.args(packages.is_empty().then_some("--workspace"));
        command.args(packages.iter().flat_map(|package| ["--package", package]));
        command.args(arguments.pg_tls.then_some(["--features", "pg-tls"]).into_iter().flatten());
        if !arguments.passed_on.is_empty() {
            command.arg("--").args(&arguments.passed_on);
        }
        command
    };
    // Many tests wait for a deadline and use no processor meanwhile.
    let at_once = format!("--test-threads={}", 3 * available_parallelism()?.get());
    // A package may have no tests but those of its documentation; a name that no test has is a mistake.
    let may_have_none = !packages.is_empty() && arguments.passed_on.is_empty();
    let none = if may_have_none { "--no-tests=pass" } else { "--no-tests=fail" };
    // Each test in a process of its own.
    process::run(&mut of(cargo_nextest()?, &["run", &at_once, none], packages))?;
    let documented = packages_with_doctests(packages)?;
    if packages.is_empty() || !documented.is_empty() {
        process::run(&mut of(cargo("test"), &["--doc"], &documented))?;
    }
    if !has_http_suite {
        return Ok(());
    }
    say("the HTTP tests again, on PostgreSQL");
    // With the packages and targets of the first run: fewer would mean other cargo features, and so building everything
    // again. Part of a test's name, given by a person, may well be that of a test in another binary.
    let of_suite = format!("binary_id({}) and not {ANY_DATABASE}", HTTP_SUITE.join("::"));
    let mut again = of(cargo_nextest()?, &["run", &at_once, "--no-tests=pass", "-E", &of_suite], packages);
    process::run(again.env("ORE_TEST_DATABASE", "postgres"))
}

/// Those of the packages that `cargo test --doc` accepts; it fails on a package without a library.
fn packages_with_doctests(packages: &[String]) -> Result<Vec<String>> {
    let members = MetadataCommand::new().no_deps().exec()?.packages.into_iter();
    let libraries = members.filter(|it| it.targets.iter().any(Target::is_lib));
    Ok(libraries.map(|it| it.name.into_inner()).filter(|name| packages.contains(name)).collect())
}

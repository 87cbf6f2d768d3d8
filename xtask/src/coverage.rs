//! `cargo xtask coverage`.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::setup::{LLVM, LLVM_COV, NEXTEST, TestEnvironment};
use crate::{console, files, process};

/// Lines that the tests must reach at least, in percent: a number, and nothing else.
const FLOOR: &str = ".config/coverage-floor";

/// The options of `cargo xtask coverage`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Measure these packages alone, and hold them to no floor
    #[arg(value_name = "PACKAGE")]
    packages: Vec<String>,
}

/// Runs the tests on SQLite and writes which lines they reach to `target/coverage`.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let (llvm, cargo_llvm_cov) = (LLVM.prepare()?, LLVM_COV.find_or_install()?);
    let llvm_cov = |arguments: &[&str]| {
        let mut command = process::command(&cargo_llvm_cov);
        command.env("LLVM_COV", llvm.join("llvm-cov")).env("LLVM_PROFDATA", llvm.join("llvm-profdata"));
        command.arg("llvm-cov").args(arguments);
        command
    };
    let environment = TestEnvironment::prepare(None)?;
    let mut test = llvm_cov(if (NEXTEST.find)().is_some() { &["nextest"] } else { &[] });
    test.args(["--no-report", "--locked"]).envs(environment.variables());
    for package in &arguments.packages {
        test.args(["--package", package]);
    }
    if arguments.packages.is_empty() {
        test.arg("--workspace").args(NOT_MEASURED.iter().flat_map(|package| ["--exclude", package]));
    }
    // What earlier runs have reached does not count.
    process::run(&mut llvm_cov(&["clean", "--workspace", "--profraw-only"]))?;
    process::run(&mut test)?;
    process::run(&mut llvm_cov(&["report", "--html", "--output-dir", "target/coverage"]))?;
    let report = process::output(&mut llvm_cov(&["report", "--json", "--summary-only"]))?;
    let reached = reached(&report)?;
    console::say(&format!("the tests reach {reached:.1} % of the lines: target/coverage/html/index.html"));
    if arguments.packages.is_empty() { hold(reached, floor()?) } else { Ok(()) }
}

/// Programs that drive the service from outside, and our own commands.
const NOT_MEASURED: [&str; 4] = ["ore-bench", "ore-chaos", "ore-harness", "xtask"];

/// Of what `cargo llvm-cov report --json --summary-only` prints.
fn reached(report: &str) -> Result<f64> {
    let report: Value = serde_json::from_str(report).context("cannot read the report of cargo-llvm-cov")?;
    report["data"][0]["totals"]["lines"]["percent"].as_f64().context("the report is empty")
}

fn floor() -> Result<f64> {
    files::read(FLOOR)?.trim().parse().with_context(|| format!("{FLOOR} has to hold a number"))
}

fn hold(reached: f64, floor: f64) -> Result<()> {
    ensure!(reached >= floor, "that is less than the {floor} % of {FLOOR}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_lines_than_the_floor_are_an_error() {
        hold(floor().unwrap(), floor().unwrap()).unwrap();
        assert!(hold(floor().unwrap() - 0.1, floor().unwrap()).is_err());
    }

    #[test]
    fn the_share_of_lines_is_read() {
        let report = r#"{"data":[{"totals":{"lines":{"count":4,"covered":3,"percent":75.0}}}],"type":"x"}"#;
        assert_eq!(reached(report).unwrap().to_bits(), 75.0_f64.to_bits());
    }
}

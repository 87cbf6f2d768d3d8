//! `cargo xtask coverage`.

use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process;
use crate::setup::{CoverageTools, TestEnvironment};
use crate::{console, workspace};

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
    let tools = CoverageTools::prepare()?;
    let environment = TestEnvironment::prepare(None)?;
    let has_nextest = process::succeeds(&mut process::cargo(["nextest", "--version"]));
    let mut test = tools.command();
    test.args(if has_nextest { &["nextest"][..] } else { &[] });
    test.args(["--no-report", "--locked"]).envs(environment.variables());
    for package in &arguments.packages {
        test.args(["--package", package]);
    }
    if arguments.packages.is_empty() {
        test.arg("--workspace").args(NOT_MEASURED.iter().flat_map(|package| ["--exclude", package]));
    }
    // What earlier runs have reached does not count.
    process::run(tools.command().args(["clean", "--workspace", "--profraw-only"]))?;
    process::run(&mut test)?;
    process::run(tools.command().args(["report", "--html", "--output-dir", "target/coverage"]))?;
    let report = process::output(tools.command().args(["report", "--json", "--summary-only"]))?;
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
    let text = fs::read_to_string(workspace::root().join(FLOOR)).with_context(|| format!("cannot read {FLOOR}"))?;
    text.trim().parse().with_context(|| format!("{FLOOR} has to hold a number"))
}

fn hold(reached: f64, floor: f64) -> Result<()> {
    if reached < floor {
        bail!("that is less than the {floor} % of {FLOOR}");
    }
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

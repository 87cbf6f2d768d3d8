//! Results in TAP, the Test Anything Protocol, as `node:test` writes them.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::process;
use crate::setup::NodeTools;

/// The names and values of environment variables.
type Variables = [(&'static str, OsString)];

/// Runs a script of tests, which prints for people and writes `report` in TAP, and returns how many of its tests
/// passed, such as `7 tests`.
///
/// # Errors
/// When a test fails, or none was run.
pub(super) fn run(tools: &NodeTools, script: &str, report: &Path, variables: &Variables) -> Result<String> {
    if report.exists() {
        fs::remove_file(report).with_context(|| format!("cannot remove {}", report.display()))?;
    }
    let mut node = tools.node();
    node.args(["--test-reporter=spec", "--test-reporter-destination=stdout"]);
    node.arg("--test-reporter=tap").arg(format!("--test-reporter-destination={}", report.display()));
    let result = process::run(node.arg(script).envs(variables.iter().cloned()));
    outcome(result, &fs::read_to_string(report).unwrap_or_default())
}

fn outcome(result: Result<()>, report: &str) -> Result<String> {
    let (passed, failed) = (count(report, "pass"), count(report, "fail"));
    if let (Some(passed), Some(failed @ 1..)) = (passed, failed) {
        bail!("{failed} of {} tests failed", passed + failed);
    }
    result?;
    let passed = passed.context("the script did not write how many tests passed")?;
    ensure!(passed > 0, "the script has no test");
    Ok(format!("{passed} tests"))
}

/// Of a line `# pass 7`: 7.
fn count(report: &str, kind: &str) -> Option<u32> {
    report.lines().find_map(|line| line.strip_prefix("# ")?.strip_prefix(kind)?.strip_prefix(' ')?.parse().ok())
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    fn error(result: Result<()>, report: &str) -> String {
        outcome(result, report).unwrap_err().to_string()
    }

    #[test]
    fn the_tests_that_passed_are_counted() {
        let report = "TAP version 13\nok 1 - registers\n1..1\n# tests 1\n# pass 1\n# fail 0\n";
        assert_eq!(outcome(Ok(()), report).unwrap(), "1 tests");
    }

    #[test]
    fn the_tests_that_failed_are_counted() {
        assert_eq!(error(Err(anyhow!("exit status: 1")), "# pass 10\n# fail 2\n"), "2 of 12 tests failed");
        assert_eq!(error(Ok(()), "# pass 10\n# fail 2\n"), "2 of 12 tests failed");
    }

    #[test]
    fn a_script_without_tests_fails() {
        assert_eq!(error(Ok(()), "# pass 0\n# fail 0\n"), "the script has no test");
        assert_eq!(error(Ok(()), ""), "the script did not write how many tests passed");
    }

    #[test]
    fn a_script_that_breaks_down_fails_whatever_it_counted() {
        assert_eq!(error(Err(anyhow!("exit status: 1")), "# pass 1\n# fail 0\n"), "exit status: 1");
    }
}

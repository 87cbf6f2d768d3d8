//! Results in TAP, the Test Anything Protocol, as `node:test` writes them.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::setup::NodeTools;
use crate::{files, matching, process};

/// What `node:test` counts apart from the tests that passed or failed, and does not fail for: those marked `skip` or
/// `todo`, the latter whether or not they pass.
const LEFT_OUT: [&str; 2] = ["skipped", "todo"];

/// The names and values of environment variables.
type Variables = [(&'static str, OsString)];

/// Runs a script of tests, which prints for people and writes `report` in TAP, and returns how many of its tests
/// passed, such as `7 tests`.
pub(super) fn run(tools: &NodeTools, script: &str, report: &Path, variables: &Variables) -> Result<String> {
    files::remove(report)?;
    let mut node = tools.node();
    node.args(["--test-reporter=spec", "--test-reporter-destination=stdout"]);
    node.arg("--test-reporter=tap").arg(format!("--test-reporter-destination={}", report.display()));
    let result = process::run(node.arg(script).envs(variables.iter().cloned()));
    outcome(result, &files::read(report).unwrap_or_default())
}

fn outcome(result: Result<()>, report: &str) -> Result<String> {
    let (passed, failed) = (count(report, "pass"), count(report, "fail"));
    if let (Some(passed), Some(failed @ 1..)) = (passed, failed) {
        bail!("{failed} of {} tests failed", passed + failed);
    }
    result?;
    let passed = passed.context("the script did not write how many tests passed")?;
    for kind in LEFT_OUT {
        let left_out = count(report, kind).with_context(|| format!("the script did not write how many are {kind}"))?;
        ensure!(left_out == 0, "left out, in the words of node:test: {left_out} {kind}");
    }
    ensure!(passed > 0, "the script has no test");
    Ok(if passed == 1 { "1 test".to_owned() } else { format!("{passed} tests") })
}

/// Of a line `# pass 7`: 7.
fn count(report: &str, kind: &str) -> Option<u32> {
    matching::number(&format!(r"(?m)^# {kind} (\d+)$"), report)
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    fn told(result: Result<()>, counts: &str) -> String {
        let report = format!("ok 1 - registers\n{}\n", counts.replace(", ", "\n").replace('#', "# "));
        outcome(result, &report).unwrap_or_else(|error| format!("error: {error}"))
    }

    #[test]
    fn the_tests_that_passed_and_failed_are_counted() {
        assert_eq!(told(Ok(()), "#pass 1, #fail 0, #skipped 0, #todo 0"), "1 test");
        assert_eq!(told(Ok(()), "#pass 7, #fail 0, #skipped 0, #todo 0"), "7 tests");
        assert_eq!(told(Err(anyhow!("exit status: 1")), "#pass 10, #fail 2"), "error: 2 of 12 tests failed");
        assert_eq!(told(Ok(()), "#pass 10, #fail 2"), "error: 2 of 12 tests failed");
    }

    #[test]
    fn a_script_that_leaves_out_a_test_fails() {
        let left_out = "error: left out, in the words of node:test: ";
        let skipped = "#pass 6, #fail 0, #cancelled 0, #skipped 1, #todo 0";
        assert_eq!(told(Ok(()), skipped), format!("{left_out}1 skipped"));
        assert_eq!(told(Ok(()), "#pass 6, #fail 0, #skipped 0, #todo 2"), format!("{left_out}2 todo"));
        assert_eq!(told(Ok(()), "#pass 6, #fail 0"), "error: the script did not write how many are skipped");
    }

    #[test]
    fn a_script_without_tests_or_that_breaks_down_fails() {
        assert_eq!(told(Ok(()), "#pass 0, #fail 0, #skipped 0, #todo 0"), "error: the script has no test");
        assert_eq!(told(Ok(()), ""), "error: the script did not write how many tests passed");
        assert_eq!(told(Err(anyhow!("exit status: 1")), "#pass 1, #fail 0"), "error: exit status: 1");
    }
}
